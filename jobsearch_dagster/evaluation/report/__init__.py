"""The evaluation report: tables in, pictures and one page out.

Belongs here: how results are shown and read. Nothing is measured here. No wall-clock time, no duration and no path
stands in it, so that equal results give equal bytes: durations are on the page of the asset `latency`.

`results.py` holds the tables, `metrics.py` what a metric is called and which way is better; `pictures.py`,
`correlation_pictures.py` and `time_pictures.py` draw in the style of `style.py`, `alternatives.py` says what is drawn;
`reading.py` puts the numbers into words, `original.py` sets them beside the original report's; `document.py` puts the
page together from `blocks.py`, which `html_page.py` and `markdown_page.py` write. `comparison.py` is for the terminal.
"""
