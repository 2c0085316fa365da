"""The style sheet of the card: inline, without script, font or picture from elsewhere, for phone, desk and paper.

Contrast and focus follow WCAG 2.2 AA, which Norwegian law asks of public services:
https://www.uutilsynet.no/wcag-standarden. Colour never carries a meaning alone; nothing moves. In the dark the same
names hold other colours; on paper and where the reader forces colours, lines and words carry everything.
"""

from app.render.leaving import STYLE as LEAVING

LIGHT = """--ink:#1b2430;--soft:#556070;--line:#dde2e8;--paper:#fff;--ground:#f3f5f7;--deep:#0d4f5c;--tint:#e6f1f2;
--red:#9b1420;--red-ground:#fdeeee;--amber:#7a4d00;--amber-ground:#fff5dd;--blue:#1d4f8c;--blue-ground:#eaf2fc;
--edge:#c98a1b;--second:#1f7a6e"""
DARK = """--ink:#e9edf1;--soft:#aab4c0;--line:#3a4552;--paper:#1b232c;--ground:#11171d;--deep:#8fd3c8;--tint:#1d3236;
--red:#ff9d9d;--red-ground:#3a1c20;--amber:#f2c46b;--amber-ground:#352b16;--blue:#9cc6ff;--blue-ground:#1a2a3f;
--edge:#c98a1b;--second:#d6b3f0"""

_BASE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;color-scheme:light dark}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:#fff;color:#0d4f5c;padding:8px;z-index:1}
header.top{background:#0d4f5c;color:#fff}
.wrap{max-width:1120px;margin:0 auto;padding-left:16px;padding-right:16px}
.top .wrap{display:flex;flex-wrap:wrap;gap:4px 32px;justify-content:space-between;align-items:flex-end;
padding-top:20px;padding-bottom:20px}
.kicker{margin:0;font-size:.88rem;letter-spacing:.03em;opacity:.9}
h1,h2,h3{hyphens:auto}h1{margin:2px 0 4px;font-size:1.75rem;line-height:1.2;letter-spacing:-.01em}
.top dl{display:flex;flex-wrap:wrap;gap:2px 20px;margin:0;font-size:.94rem}
.top dl div{display:flex;gap:6px}.top dt{opacity:.85}.top dd{margin:0;font-weight:600}
.top .wrap>div:first-child{flex:1 1 420px}.age{text-align:right;max-width:100%}
.age strong{display:block;font-size:2.5rem;line-height:1.1;letter-spacing:-.02em}
.age.told strong{font-size:1.3rem;letter-spacing:0}
.age strong::first-letter,.kicker::first-letter{text-transform:uppercase}.age span{font-size:.98rem}
.track{height:8px;background:#0a3f4a;position:relative}.track i{position:absolute;inset:0 auto 0 0;background:#8fd3c8}
.track b{position:absolute;top:0;bottom:0;width:2px;background:#ffffff80}
main{padding-top:16px;padding-bottom:32px;display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
main:focus{outline:0}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
h2{margin:0 0 10px;font-size:1.12rem;line-height:1.3;color:var(--deep)}h3{margin:0;font-size:1rem}
p{margin:0}ul{margin:0;padding:0;list-style:none}
.soft{color:var(--soft)}.small{font-size:.88rem}
.finding{border-left:6px solid;border-radius:8px;padding:12px 16px;display:grid;gap:2px;
grid-template-columns:minmax(0,1fr)}
.finding p{max-width:90ch;text-wrap:pretty}.finding+.finding,.finding+.pairs{margin-top:10px}
.alarm{border-color:var(--red);background:var(--red-ground)}.alarm h3,.alarm .mark{color:var(--red)}
.task{border-color:var(--edge);background:var(--amber-ground)}.task h3,.task .mark{color:var(--amber)}
.information{border-color:var(--blue);background:var(--blue-ground)}.information .mark{color:var(--blue)}
.finding h3{font-size:1.14rem;line-height:1.3}.alarm h3{font-size:1.28rem}
.mark{font-size:.82rem;font-weight:700;letter-spacing:.02em}
.help{margin-top:12px;font-size:.94rem;border-left:6px solid var(--deep);padding-left:14px}
.when{font-weight:650}.late{font-weight:700;color:var(--red)}
.needs{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0 0}h2+.needs,h2+p+.needs{margin-top:10px}
.needs li{border:1.5px solid var(--line);border-radius:16px;padding:3px 12px;font-size:.94rem;background:var(--paper)}
.needs .danger{border-color:var(--red);color:var(--red);font-weight:650}
.needs .watch{border-color:var(--edge);color:var(--amber);font-weight:600}
.new{display:inline-block;border-radius:4px;padding:0 6px;background:#0d4f5c;color:#fff;font-size:.8rem;font-weight:650}
.since{border-left:6px solid var(--deep);background:var(--tint);border-radius:8px;padding:10px 16px}
.paper{display:none}
.pairs a{color:var(--deep);font-weight:600;display:inline-block;min-height:24px}
.withheld{border:1.5px dashed #8b95a3;border-radius:8px;padding:6px 12px;background:var(--ground);margin-bottom:10px}
.term{display:flex;flex-wrap:wrap;gap:4px 20px;align-items:baseline}.term strong{font-size:1.5rem;line-height:1.2}
.others{margin-top:8px}.others li{padding:5px 0;border-top:1px solid var(--line)}
.others .changed{font-weight:600;color:var(--amber)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:10px}
.tile{border:1px solid var(--line);border-radius:8px;padding:10px 12px}
.tile .value{font-size:1.5rem;font-weight:650;line-height:1.25}
.tile .value small{font-size:.84rem;font-weight:400;color:var(--soft);display:inline-block}
.charts{display:grid;gap:16px 20px;grid-template-columns:repeat(auto-fit,minmax(min(270px,100%),1fr));margin:18px 0 8px}
figure{margin:0}figcaption{font-size:.94rem;font-weight:600;margin-bottom:4px}svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
svg .now{font-weight:700;fill:var(--ink);font-size:14px}
svg .g{stroke:var(--line)}svg .limit{stroke:var(--red)}
svg .c0{stroke:var(--deep)}svg .c1{stroke:var(--second)}svg circle.c0{fill:var(--deep)}svg circle.c1{fill:var(--second)}
svg circle.hers{fill:var(--paper)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.94rem}
th{text-align:left;font-weight:400}thead th{white-space:nowrap;font-weight:600;color:var(--soft);font-size:.86rem;border-bottom:2px solid var(--line)}
th,td{padding:7px 12px 7px 0;vertical-align:top}tbody th,td{border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}td.flag{color:var(--red);font-weight:700}
.visits li{display:grid;grid-template-columns:1.6em 1fr;padding:6px 0;border-top:1px solid var(--line)}
.visits li:first-child{border-top:0}.visits .overdue{color:var(--red)}.visits .now{color:var(--amber)}
.pairs li{padding:6px 0;border-top:1px solid var(--line)}.pairs li:first-child{border-top:0;padding-top:0}
footer{color:var(--soft);font-size:.88rem;padding-bottom:32px}
:focus-visible{outline:3px solid var(--deep);outline-offset:2px;border-radius:2px}
details>summary{cursor:pointer;color:var(--deep);font-size:.94rem;padding:8px 0 2px}
@media (min-width:900px){main{grid-template-columns:repeat(2,minmax(0,1fr))}.wide{grid-column:1/-1}
div.left,div.right{display:grid;gap:16px;align-content:start;grid-template-columns:minmax(0,1fr)}}
@media (max-width:899px){div.left,div.right{display:contents}}
"""

_PHONE = """
@media (max-width:640px){.wrap{padding-left:12px;padding-right:12px}section{padding:14px}
.top .wrap{padding-top:14px;padding-bottom:14px}.top .wrap>div:first-child{flex-basis:100%}
.age{text-align:left}.age strong{font-size:2rem}svg text{font-size:15px}svg .now{font-size:17px}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}.tiles.plain{grid-template-columns:minmax(0,1fr)}
.tile{padding:8px 10px}.tile .small{font-size:.84rem}.finding{padding:10px 12px}.finding h3{font-size:1.05rem}.alarm h3{font-size:1.15rem}
.tile .value{font-size:1.3rem}
.rows thead{position:absolute;left:-999px}.rows,.rows tbody{display:block}
.rows tr{display:grid;grid-template-columns:1fr 1fr;gap:0 8px;padding:10px 0;border-bottom:1px solid var(--line)}
.rows tr:last-child{border-bottom:0}.rows tbody th{grid-column:1/-1;border:0;padding:0 0 2px;font-size:1rem;font-weight:650}
.rows td{border:0;padding:1px 0;font-weight:600}.rows td:last-child{grid-column:1/-1;font-weight:400}
.rows td:empty{display:none}.rows td::before{content:attr(data-label);color:var(--soft);font-weight:400;font-size:.82rem;margin-right:6px}}
"""

_PRINT = """
@media print{.screen>*{display:none}.screen>.paper{display:block}.skip,.opening{display:none}
html{font-size:12px;color-scheme:light}body{background:#fff;font-size:9.5pt;line-height:1.35}section{break-inside:avoid;border-color:#999;padding:8px 12px}
section:has(table,.charts){break-inside:auto}.charts{break-inside:avoid;margin:8px 0 4px;gap:12px}tr,figure,.finding,.tile{break-inside:avoid}thead{display:table-header-group}
h2,h3{break-after:avoid}.wrap{max-width:none;padding-left:0;padding-right:0}
header.top{background:#fff;color:#000;border-bottom:2px solid #000}.top .wrap{padding-top:0;padding-bottom:8px}
.kicker,.top dt{opacity:1}.track{display:none}details:not([open]){display:none}
main{gap:8px;padding:10px 0;grid-template-columns:repeat(2,minmax(0,1fr))}.wide{grid-column:1/-1}
div.left,div.right{display:grid;gap:8px;align-content:start;grid-template-columns:minmax(0,1fr)}.charts{grid-template-columns:repeat(3,1fr)}
.tiles{grid-template-columns:repeat(5,1fr)}.tiles.plain{grid-template-columns:repeat(3,1fr)}.tile{padding:4px 8px}th,td{padding:3px 8px 3px 0}
.scroll{overflow:visible}.finding{padding:6px 12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (forced-colors:active){svg text,svg .now{fill:CanvasText}svg .c0,svg .c1{stroke:CanvasText}
svg circle.c0,svg circle.c1{fill:CanvasText}svg circle.hers{fill:Canvas}svg .limit{stroke:Highlight}
.finding,.help,.since{border-left-style:double}.track{border:1px solid}.track i{background:CanvasText}}
"""

CSS = f"""
:root{{{LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root{{{DARK}}}}}
{_BASE}{_PHONE}{LEAVING}{_PRINT}"""
