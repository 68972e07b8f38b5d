"""What a request of a program must be made of, and what it is told where it is not.

Belongs here: what holds of all operations of the API. What each of them takes is declared where it is served.
"""

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


def encodable(text: str) -> str:
    r"""The same text; one that no UTF-8 can hold could be neither searched for nor answered (JSON allows "\ud800")."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a surrogate pair is no character") from error
    return text


async def not_understood(_: Request, error: Exception) -> Response:
    """422 with what is wrong and where, without the value itself: NaN and half a pair of surrogates have no JSON."""
    assert isinstance(error, RequestValidationError)
    wrong = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, 422)
