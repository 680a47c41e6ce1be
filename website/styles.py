"""The style sheets of theme and tools become one, without what no page can show.

They speak of some thousand things, of which the book has a tenth. A rule stays if everything that its selector names
(tags, classes, ids) occurs on some page, or could be made by a script: as a word of the script, or by a pattern such as
``bs-${name}-auto``. Our own style sheets stay whole.
"""

import hashlib
import os
import re
from collections import namedtuple
from pathlib import Path
from urllib.parse import urlsplit

import tinycss2

from . import icons

TARGET = "_static/site.css"
WORD = re.compile(r"[\w-]+")
# A template such as `bs-${name}-auto`, or the first half of "bs-" + name.
TEMPLATE = re.compile(r"([\w-]*)\$\{[^{}]*\}([\w-]*)|([\w-]{2,}-)(?=[\"'])")
PROPERTY = re.compile(r"--[\w-]+")
# License notices, imports, and addresses of files.
NOTICE = re.compile(r"/\*!.*?\*/", re.DOTALL)
IMPORT = re.compile(r"@import\s+[\"']([^\"']+)[\"'];")
ADDRESS = re.compile(r"url\(\s*([\"']?)(?![\"']?(?:#|[a-z]+:|//))([^\"')]+)\1\s*\)")
NESTED = {"media", "supports", "container", "layer"}

Names = namedtuple("Names", "tags classes ids text")
Known = namedtuple("Known", "tags classes ids words patterns text")


def names(soup):
    """Collect what occurs on a page, and the texts of its scripts."""
    tags, classes, ids, text = set(), set(), set(), []
    for tag in soup.find_all(True):
        tags.add(tag.name)
        classes.update(tag.get("class", ()))
        ids.add(tag.get("id"))
        text += [tag.attrs[key] for key in ("style", "onclick") if key in tag.attrs]
        if tag.name in ("script", "style"):
            text.append(tag.string or "")
    return Names(tags, classes, ids, "\n".join(text))


def known_names(pages, scripts):
    """Put together the names of all pages and the words of the texts of `scripts`."""
    text = "\n".join([page.text for page in pages] + scripts)
    found = [(a or c, b) for a, b, c in TEMPLATE.findall(text)]
    patterns = sorted({f"{re.escape(a)}[\\w-]+{re.escape(b)}" for a, b in found if "-" in a + b and len(a + b) > 2})
    tags, classes, ids = (set().union(*parts) for parts in list(zip(*pages, strict=True))[:3])
    return Known(tags, classes, ids, set(WORD.findall(text)), re.compile("|".join(patterns) or "(?!)"), text)


def can_match(selector, known):
    """Tell whether all that a selector names, given as tokens, may occur on some page."""
    before = None
    for token in selector:
        match token.type:
            case "ident" if before == ":":
                pass
            case "ident" if not _known(token.value, known.classes if before == "." else known.tags, known):
                return False
            case "hash" if not _known(token.value, known.ids, known):
                return False
            case "function" if token.lower_name in ("is", "where", "has"):
                if not any(can_match(each, known) for each in alternatives(token.arguments)):
                    return False
        before = token.value if token.type == "literal" else None
    return True


def _known(name, on_pages, known):
    return name in on_pages or name in known.words or bool(known.patterns.fullmatch(name))


def alternatives(tokens):
    """Split a list of selectors, given as tokens, at its commas."""
    parts = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


class Rule(namedtuple("Rule", "head body")):
    """One rule: what stands before its braces, and between them a list of declarations or of rules.

    A declaration is a pair of texts. A rule without braces has the body None.
    """

    def __str__(self):
        if self.body is None:
            return self.head + ";"
        inner = [part if isinstance(part, Rule) else ":".join(part) for part in self.body]
        return f"{self.head}{{{('' if isinstance(self.body[0], Rule) else ';').join(map(str, inner))}}}"


def text(tokens):
    """Write tokens in one line, without comments."""
    return re.sub(r"\s+", " ", tinycss2.serialize([token for token in tokens if token.type != "comment"])).strip()


def declarations(tokens):
    """Return the declarations of a block as pairs of texts."""
    found = tinycss2.parse_declaration_list(tokens, skip_comments=True, skip_whitespace=True)
    return [
        (each.name, text(each.value).replace(", ", ",") + (" !important" if each.important else ""))
        for each in found
        if each.type == "declaration"
    ]


def cut(rules, known):
    """Return those of the parsed `rules` that some page can show."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            heads = [text(head) for head in alternatives(rule.prelude) if can_match(head, known)]
            body = declarations(rule.content)
            if heads and body:
                kept.append(Rule(",".join(heads), body))
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTED and rule.content is not None:
            body = cut(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), known)
            if body:
                kept.append(Rule(f"@{rule.at_keyword} {text(rule.prelude)}", body))
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            kept.append(_whole(rule))
    return kept


def _whole(rule):
    """Take over an at-rule such as ``@font-face`` or ``@keyframes`` as it is."""
    head = f"@{rule.at_keyword} {text(rule.prelude)}".strip()
    if rule.content is None:
        return Rule(head, None)
    if rule.lower_at_keyword.endswith("keyframes"):
        frames = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        return Rule(head, [Rule(text(frame.prelude), declarations(frame.content)) for frame in frames])
    return Rule(head, declarations(rule.content))


def without_unused(rules, used):
    """Drop custom properties, animations and fonts that nothing asks for; `used` is a text that may name some, too."""
    while True:
        values = used + " ".join(value for name, value in walk(rules) if name != "src")
        asked, words = set(PROPERTY.findall(values)), set(WORD.findall(values))
        smaller = list(_filtered(rules, asked, words, values.replace("\\", "")))
        if smaller == rules:
            return rules
        rules = smaller


def _filtered(rules, asked, words, values):
    for head, body in rules:
        if "keyframes" in head.split(" ")[0] and head.split(" ")[1] not in words:
            continue
        if head == "@font-face" and dict(body)["font-family"].strip("\"'").replace("\\", "") not in values:
            continue
        if body and isinstance(body[0], Rule):
            body = list(_filtered(body, asked, words, values))
        elif body:
            body = [(name, value) for name, value in body if not name.startswith("--") or name in asked]
        if body or body is None:
            yield Rule(head, body)


def walk(rules):
    """Yield each declaration of rules, but for the names that fonts give themselves."""
    for head, body in rules:
        for part in body or ():
            if isinstance(part, Rule):
                yield from walk([part])
            elif (head, part[0]) != ("@font-face", "font-family"):
                yield part


def bundle(folder, links, known, ours):
    """Write one style sheet in the place of those that all pages have.

    Parameters
    ----------
    folder : Path
        Where the site was built.
    links : dict
        For each page, by its path, the elements that link to its style sheets.
    known : Known
        What the pages and their scripts can show.
    ours : set of str
        Style sheets below ``_static`` that stay whole.

    Returns
    -------
    str
        The style sheet before anything was taken out of it, for comparison.
    """
    static = folder / "_static"
    files = {path: [local(folder, path, link["href"]) for link in links[path]] for path in links}
    shared = set.intersection(*map(set, files.values()))
    sheets = [sheet for sheet in next(iter(files.values())) if sheet in shared]
    foreign, own = [], []
    for sheet in sheets:
        (own if sheet.relative_to(static).as_posix() in ours else foreign).append(whole(sheet, static))
    notices = dict.fromkeys(NOTICE.findall("".join(foreign)))
    others = [sheet.read_text("utf-8") for sheet in sorted(set().union(*files.values()) - shared)]
    rules = without_unused(cut(parsed("".join(foreign)), known), " ".join([known.text, *own, *others]))
    rules = icons.embed(rules, static, known)
    result = "\n".join([*notices, *map(str, rules), *(text(tinycss2.parse_component_value_list(each)) for each in own)])
    (folder / TARGET).write_text(result, "utf-8")
    version = hashlib.sha256(result.encode()).hexdigest()[:8]
    for path, found in links.items():
        first, *rest = (link for link, file in zip(found, files[path], strict=True) if file in shared)
        first["href"] = f"{first['href'].partition('_static/')[0]}{TARGET}?v={version}"
        for link in rest:
            link.extract()
    return "\n".join(foreign + own)


def local(folder, page, address):
    """Return the file that a page means by an address, which may name the site's own place before ``_static``."""
    path = urlsplit(address).path
    _, static, name = path.partition("_static/")
    return folder / static / name if static else Path(os.path.normpath(page.parent / path))


def parsed(text):
    """Parse a style sheet."""
    return tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)


def whole(sheet, place):
    """Return the text of a style sheet with what it imports, its addresses seen from the folder `place`."""
    source = sheet.read_text("utf-8").removeprefix('@charset "UTF-8";')

    def moved(match):
        return f"url({match[1]}{os.path.relpath(sheet.parent / match[2], place)}{match[1]})"

    parts = IMPORT.split(source)  # text, address, text, address, …
    parts[1::2] = [whole(sheet.parent / address, place) for address in parts[1::2]]
    parts[::2] = [ADDRESS.sub(moved, part) for part in parts[::2]]
    return "".join(parts)
