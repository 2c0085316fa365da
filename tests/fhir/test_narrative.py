import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir.narrative import check_div
from app.fhir.validation import validate


def div(inside: str, attributes: str = "") -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml"{attributes}>{inside}</div>'


@pytest.mark.parametrize(
    "text",
    [
        div("Blodtrykk 148/96"),
        div("<p>å &lt; 1 &#160; &#229;</p>"),
        div('<table class="x"><tbody><tr><td style="color: red" colspan="2">1</td></tr></tbody></table>'),
        div('<a href="https://helsenorge.no/">mer</a> <a href="#p1">her</a> <a href="Patient/1">hun</a>'),
        div('<img src="data:image/png;base64,iVBORw0KGgo=" alt=""/>'),
        div("<!-- a remark --> tekst", ' lang="nb" xml:lang="nb"'),
    ],
)
def test_formatting_is_kept(text):
    assert check_div(text) is None


@pytest.mark.parametrize(
    "text",
    [
        div("<script>alert(1)</script>"),
        div('<p onclick="alert(1)">x</p>'),
        div('<a href="javascript:alert(1)">x</a>'),
        div('<a href=" javascript:alert(1)">x</a>'),
        div('<a href="JaVaScRiPt:alert(1)">x</a>'),
        div('<a href="java&#115;cript:alert(1)">x</a>'),
        div('<a href="data:text/html,x">x</a>'),
        div('<a href="vbscript:x">x</a>'),
        div('<img src="https://tracker.example/1.gif"/>'),
        div('<img src="data:image/svg+xml;base64,PHN2Zz4="/>'),
        div('<p style="background: url(https://tracker.example)">x</p>'),
        div('<p style="width: expression(alert(1))">x</p>'),
        div(r'<p style="background: u\72l(x)">x</p>'),
        div("<iframe src='x'/>"),
        div("<form><input/></form>"),
        div("<object data='x'/>"),
        div("<style>p{}</style>"),
        div("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        div("<p xmlns='urn:other'>x</p>"),
        div('<a xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:alert(1)">x</a>'),
        div("<p>unclosed"),
        div("<P>upper case</P>"),
        div("&unknown;"),
        div("<?php evil ?>x"),
        "<!DOCTYPE div [<!ENTITY a 'x'>]>" + div("&a;"),
        "<div>no namespace</div>",
        '<p xmlns="http://www.w3.org/1999/xhtml">no div</p>',
        div("x") + div("y"),
        "plain text",
        "",
        div("<b>" * 200 + "x" + "</b>" * 200),
    ],
)
def test_what_runs_fetches_or_is_not_xhtml_is_refused(text):
    [found] = check_div(text)
    assert "txt-1" in found.reason


@pytest.mark.parametrize("text", [div(""), div("  \n "), div("<p></p>"), div("<!-- only a remark -->")])
def test_an_empty_narrative_is_refused(text):
    [found] = check_div(text)
    assert "txt-2" in found.reason


@pytest.mark.parametrize("value", [None, 1, [], {}])
def test_a_narrative_is_a_string(value):
    assert check_div(value)[0].code == "structure"


@given(st.text(alphabet=st.sampled_from([*"<>/&;\"'= adivxmlns:h!-?[]", "\0", "\ud800", "å"])))
def test_any_text_gets_an_answer(text):
    check_div(text)
    check_div(div(text))


def test_a_local_image_is_in_the_resource():
    text = {"status": "generated", "div": div('<p>a</p><img src="#curve" alt="kurve"/>')}
    patient = {"resourceType": "Patient", "text": text}
    [issue] = validate(patient)
    assert (issue.code, issue.expression) == ("value", ("Patient.text.div",))
    curve = {"resourceType": "Binary", "id": "curve", "contentType": "image/png", "data": "AAAA"}
    refers = {"extension": [{"url": "http://x", "valueReference": {"reference": "#curve"}}]}
    assert validate(patient | {"contained": [curve]} | refers) == []
