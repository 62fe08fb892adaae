"""A letter as a page of HTML and as a PDF: texts in, bytes out; no text can become code."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from pitchplan.files.scratch import scratch_folder
from pitchplan.sheets.lettering import FONTS, attr, text_xml
from pitchplan.sheets.pdf import not_printed, printing_fonts, require_library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["html_of", "pdf_of"]

_LANG = {"zh": "zh-CN"}

_STYLE = """body{margin:0;background:#f6f4ef;color:#1f2421;
font:16px/1.75 "Noto Sans CJK SC","Source Han Sans SC","Noto Sans SC","Microsoft YaHei",
"PingFang SC",sans-serif}
article{box-sizing:border-box;max-width:780px;margin:24px auto;padding:56px 64px;background:#fff}
h1{margin:0 0 28px;font-size:24px;line-height:1.4;text-align:center}
h2{margin:28px 0 8px;font-size:17px}
p{margin:6px 0}
.to{font-weight:700}
ol{margin:0;padding-left:1.8em}
li{margin:0 0 14px;break-inside:avoid}
li p{margin:1px 0}
.head{font-weight:700}
.more{color:#5a5f5b;font-size:14px}
.answer{padding-left:10px;border-left:3px solid #1e6b3c}
table{width:100%;border-collapse:collapse;font-size:14px}
th,td{padding:5px 8px;border-bottom:1px solid #c9c8c2;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
th{border-bottom-color:#1f2421;white-space:nowrap}
tr{break-inside:avoid}
.n{width:3.5em;text-align:right;white-space:nowrap}
.sign{margin-top:40px;text-align:right}
@page{size:A4;margin:22mm}
@media (max-width:600px){article{padding:24px 18px;margin:0}}
@media print{body{background:#fff;font-size:10.5pt}article{max-width:none;margin:0;padding:0}
article+article{break-before:page}}
"""


def html_of(versions: Sequence[dict[str, Any]]) -> bytes:
    """Return a letter as one self-contained page.

    Parameters
    ----------
    versions : sequence of dict
        The letter in each language, as `letters.Letter` holds it.

    Returns
    -------
    bytes
        UTF-8. Nothing is loaded and no script may run: the policy allows the page's own style alone,
        and every name is escaped text.
    """
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    first = versions[0]
    language = _LANG.get(first["language"], first["language"])
    body = "".join(_article(v) for v in versions)
    return (
        f'<!DOCTYPE html>\n<html lang={attr(language)}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content={attr(policy)}>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text_xml(first['title'])} – {text_xml(first['to'])}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    ).encode()


def _article(v: dict[str, Any]) -> str:
    language = _LANG.get(v["language"], v["language"])
    out = f"<article lang={attr(language)}>\n<h1>{text_xml(v['title'])}</h1>\n"
    out += _p(v["to"], "to") + "".join(_p(t) for t in v["intro"])
    out += f"<h2>{text_xml(v['decisions'])}</h2>\n<ol>\n"
    for item in v["items"]:
        lines = "".join(_p(t, "more") for t in item["lines"])
        out += f"<li>{_p(item['head'], 'head')}{lines}{_p(item['answer'], 'answer')}</li>\n"
    out += f"</ol>\n<h2>{text_xml(v['spots'])}</h2>\n"
    if v["rows"]:
        out += f"<table>\n<thead>{_row('th', v['columns'])}</thead>\n<tbody>\n"
        out += "".join(_row("td", cells) for cells in v["rows"]) + "</tbody>\n</table>\n"
    else:
        out += _p(v["none"])
    out += "".join(_p(t) for t in v["closing"])
    return out + f'<div class="sign">{"".join(_p(t) for t in v["sign"])}</div>\n</article>\n'


def _p(text: str, name: str = "") -> str:
    return f"<p{f' class={attr(name)}' if name else ''}>{text_xml(text)}</p>"


def _row(tag: str, cells: Sequence[str]) -> str:
    classes = ('class="n"', "", 'class="n"', "")
    told = (f"<{tag} {c}>{text_xml(t)}</{tag}>" for c, t in zip(classes, cells, strict=True))
    return f"<tr>{''.join(told)}</tr>\n".replace(f"<{tag} >", f"<{tag}>")


# Texts come from a file of data and are set as they are: nothing in them is read as markup.
_TYPST = """#let data = json("letter.json")
#set document(title: data.versions.at(0).title, date: none)
#set text(font: data.fonts, size: 10.5pt, fill: rgb("#1f2421"), fallback: false)
#set par(leading: 0.85em, spacing: 0.95em)
#let bold(t, size: 10.5pt) = if data.faces == 1 {
  text(size: size, stroke: 0.035em + rgb("#1f2421"), t) } else { text(size: size, weight: "bold", t) }
#for (k, it) in data.versions.enumerate() [
  #set page(paper: "a4", margin: (x: 25mm, top: 26mm, bottom: 24mm), footer: context align(center,
    text(size: 8.5pt, fill: rgb("#5a5f5b"), it.page.replace("{page}", str(counter(page).get().at(0)))
      .replace("{pages}", str(counter(page).at(label("end" + str(k))).at(0))))))
  #counter(page).update(1)
  #set text(lang: it.language, region: if it.language == "zh" { "cn" } else { none })
  #align(center, bold(it.title, size: 16pt))
  #v(5mm)
  #bold(it.to)

  #for t in it.intro [#text(t) #parbreak()]
  #v(2mm)
  #bold(it.decisions, size: 12pt)

  #for (i, item) in it.items.enumerate() {
    block(breakable: false, below: 4mm, grid(columns: (8mm, 1fr), row-gutter: 2.3mm,
      bold(str(i + 1) + "."), bold(item.head),
      ..for t in item.lines { ([], text(size: 9.5pt, fill: rgb("#5a5f5b"), t)) },
      [], block(stroke: (left: 1pt + rgb("#1e6b3c")), inset: (left: 2.5mm, y: 0.6mm), text(item.answer))))
  }
  #v(1mm)
  #block(sticky: true, bold(it.spots, size: 12pt))
  #if it.rows.len() == 0 [#text(it.none)] else {
    set text(size: 9.5pt)
    set par(leading: 0.6em)
    table(columns: (auto, 1fr, auto, auto), align: (right, left, right, left), inset: (x: 2mm, y: 1.7mm),
      stroke: (x, y) => (bottom: if y == 0 { 0.7pt + rgb("#1f2421") } else { 0.4pt + rgb("#c9c8c2") }),
      table.header(..it.columns.map(t => bold(t, size: 9.5pt))), ..it.rows.flatten().map(t => text(t)))
  }
  #v(2mm)
  #for t in it.closing [#text(t) #parbreak()]
  #v(6mm)
  #block(breakable: false, width: 100%, align(right, stack(spacing: 3mm, ..it.sign.map(t => text(t)))))
  #metadata(none) #label("end" + str(k))
]
"""


def pdf_of(versions: Sequence[dict[str, Any]]) -> bytes:
    """Return a letter as a PDF on A4, each language beginning on a page of its own.

    Parameters
    ----------
    versions : sequence of dict
        As for `html_of`.

    Raises
    ------
    PitchplanError
        typst or a Chinese font is missing.
    InputError
        The font lacks characters that are printed.
    """
    typst = require_library("typst")
    fonts, faces = printing_fonts("".join(_texts(list(versions))))
    data = {"versions": _printable(list(versions)), "fonts": list(FONTS), "faces": faces}
    with scratch_folder() as root:
        (root / "letter.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (root / "letter.typ").write_text(_TYPST, encoding="utf-8")
        compiler = typst.Compiler(root / "letter.typ", root=root, font_paths=fonts)
        try:
            made = compiler.compile(format="pdf", timestamp=0)
        except typst.TypstError as error:
            raise not_printed("the letter", error) from error
    return bytes(made)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


def _printable(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False))
