"""The guide for people with a letter: its questions, its results, its explanations."""

from tests.browser.people import visit

LETTER = "/guide?visa=immigrant&letter=yes"
ENDS = {
    "appointment": f"{LETTER}&asks=in_person&age=unknown&documents=all",
    "courier": f"{LETTER}&asks=courier&age=recent&documents=all",
    "collect": f"{LETTER}&asks=in_person&age=recent&documents=not_yet",
    "processing": f"{LETTER}&asks=processing",
    "late": f"{LETTER}&asks=elsewhere&age=old",
    "nonimmigrant": "/guide?visa=nonimmigrant",
}
TOPICS = ("refused", "processing", "documents", "waiver", "returned", "follow-up")


def see_the_guide(server, album):
    """Keep the pages of the guide."""
    reader = visit(server)
    album.take(reader, "guide", "/guide")
    album.take(reader, "guide, third question", LETTER)
    album.take(reader, "guide, nothing chosen", f"{LETTER}&sent=asks")
    album.take(reader, "guide, back", f"{LETTER}&asks=courier&again=asks")
    for name, address in ENDS.items():
        album.take(reader, f"guide, next step: {name}", address)
    album.take(reader, "guide, contents", "/guide/about")
    for topic in TOPICS:
        album.take(reader, f"guide, {topic}", f"/guide/about/{topic}")
