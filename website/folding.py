"""What is closed until a reader opens it, a solution or a box, is so without a script: so nothing moves on a page."""


def fold(soup):
    """Make each box that is marked for it one that the browser itself opens and closes."""
    for box in soup.select("div.admonition.dropdown"):
        title = box.find(class_="admonition-title", recursive=False)
        box.name, title.name = "details", "summary"
        for link in title("a"):  # to the exercise, which stands above; within a title it could not be told from it
            link.unwrap()
        title.string = title.get_text()
