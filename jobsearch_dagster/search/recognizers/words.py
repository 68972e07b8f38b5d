"""English words that a question about jobs is built of, and that by themselves ask for nothing.

Belongs here: word lists that more than one recognizer needs, and what is left of a question once all else is read: its keywords.
"""

import re

from jobsearch_dagster.search.recognizers.spans import Finding

JOB_WORDS = frozenset(
    ["job", "jobs", "role", "roles", "position", "positions", "opening", "openings", "opportunity", "opportunities", "vacancy", "vacancies", "posting", "postings", "listing", "listings", "work", "works", "working", "employment", "employer", "employers", "career", "careers", "hire", "hires", "hiring", "hired", "gig", "gigs", "apply", "salary", "salaries", "pay", "pays", "paying", "paid", "wage", "wages", "earn", "earns", "earning", "compensation", "internship", "internships", "occupation", "occupations", "employed"]
)
"""A question with one of these is about jobs."""

FUNCTION_WORDS = JOB_WORDS | frozenset(
    ["a", "about", "all", "also", "am", "an", "and", "another", "any", "anyone", "anything", "anywhere", "are", "around", "as", "ask", "asked", "asking", "asks", "at", "available", "away", "based", "be", "been", "being", "between", "but", "by", "called", "can", "candidate", "candidates", "come", "comes", "could", "currently", "did", "display", "do", "does", "doing", "don't", "each", "either", "else", "etc", "every", "everything", "exist", "experience", "experienced", "expert", "experts", "fetch", "field", "fill", "find", "finding", "first", "for", "from", "get", "getting", "give", "given", "go", "going", "good", "got", "great", "had", "has", "have", "having", "he", "hello", "help", "her", "here", "hey", "hi", "him", "his", "how", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "industry", "info", "information", "interested", "interesting", "into", "is", "isn't", "it", "it's", "its", "job's", "just", "kind", "kinds", "know", "known", "knowledge", "last", "latest", "least", "less", "let", "level", "like", "list", "live", "living", "located", "location", "look", "looking", "looks", "lot", "lots", "make", "makes", "making", "many", "match", "matching", "maybe", "me", "mine", "month", "more", "most", "much", "must", "my", "near", "nearby", "need", "needed", "needing", "needs", "new", "next", "nice", "no", "non", "none", "nor", "not", "now", "of", "off", "offer", "offered", "offering", "offers", "on", "one", "ones", "only", "open", "or", "order", "other", "others", "our", "out", "over", "per", "person", "people", "place", "please", "plus", "point", "possible", "prefer", "preferably", "professional", "professionals", "provide", "proficient", "qualified", "recent", "recently", "recommend", "related", "require", "required", "requirement", "requirements", "requires", "requiring", "right", "same", "search", "searching", "see", "seek", "seeker", "seekers", "seeking", "seem", "send", "should", "show", "skill", "skilled", "skills", "so", "some", "somebody", "someone", "something", "somewhere", "sort", "sorted", "specialist", "specialists", "specializing", "start", "state", "stated", "states", "still", "stuff", "such", "suitable", "suit", "suits", "take", "talk", "tell", "than", "thank", "thanks", "that", "that's", "the", "their", "them", "then", "there", "there's", "these", "they", "thing", "things", "this", "those", "to", "today", "together", "too", "top", "total", "toward", "try", "type", "types", "under", "unknown", "up", "us", "use", "used", "using", "want", "wanted", "wanting", "wants", "was", "we", "well", "were", "what", "what's", "when", "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "wish", "with", "within", "without", "won't", "would", "wouldn't", "year", "years", "yes", "you", "you're", "your", "average", "amazing", "awesome", "best", "better", "big", "cool", "decent", "different", "excellent", "exciting", "fun", "high", "higher", "highest", "home", "large", "local", "low", "lower", "lowest", "modern", "old", "perfect", "small", "talented", "young", "full", "part", "area", "city", "country", "region", "currently", "team", "company", "companies", "details", "description", "descriptions", "title", "titles", "number", "urgent", "urgently", "immediately", "hot", "popular", "common", "demand"]
)
"""Words that are no keyword and no part of a title."""

PLAIN_WORDS = FUNCTION_WORDS | frozenset(
    ["active", "basic", "beach", "book", "brand", "build", "building", "business", "chance", "change", "check", "clean", "clear", "click", "close", "cloud", "coast", "code", "colour", "connect", "cover", "craft", "create", "culture", "daily", "dance", "digital", "direct", "drive", "early", "east", "education", "enter", "event", "family", "farm", "fast", "finance", "flash", "flight", "focus", "food", "force", "free", "fresh", "friend", "front", "game", "garden", "glass", "global", "goal", "green", "group", "health", "heart", "hotel", "house", "human", "idea", "image", "learn", "legal", "light", "line", "local", "love", "lunch", "march", "market", "media", "mobile", "money", "music", "nature", "night", "north", "nurse", "office", "paint", "paper", "parent", "party", "phone", "plain", "plane", "plant", "plate", "power", "present", "press", "price", "print", "public", "quick", "reach", "react", "reads", "ready", "retail", "river", "round", "rules", "scale", "school", "science", "sense", "series", "service", "shape", "share", "shift", "shop", "short", "simple", "skill", "sleep", "smart", "social", "solid", "sound", "south", "space", "spare", "speak", "speed", "sport", "stage", "stand", "steel", "stock", "stone", "store", "story", "stream", "street", "strong", "study", "style", "sweet", "swift", "table", "taste", "teach", "tests", "think", "title", "touch", "tough", "tower", "track", "trade", "train", "travel", "truck", "trust", "value", "video", "visit", "voice", "water", "weather", "week", "weekend", "west", "white", "winter", "woman", "women", "world", "write"]
)
"""Correct words, never taken for a misspelt skill or title."""

_WORD = re.compile(r"[^\W\d_][\w+#'-]*")
LEAST_LETTERS = 3


def find_keywords(text: str) -> list[Finding]:
    """`keywords`: words that mean something and that nothing else has used; neighbours make one phrase."""
    findings: list[Finding] = []
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in FUNCTION_WORDS or len(word) < LEAST_LETTERS:
            continue
        last = findings[-1] if findings else None
        if last and text[last.end : match.start()] == " ":
            findings[-1] = Finding("keywords", f"{last.value} {word}", last.start, match.end())
        else:
            findings.append(Finding("keywords", word, *match.span()))
    return findings
