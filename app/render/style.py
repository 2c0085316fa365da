"""The style sheet of the card: inline, without script, font or picture from elsewhere, for phone, desk and paper.

Contrast and focus follow WCAG 2.2 AA, which Norwegian law asks of public services:
https://www.uutilsynet.no/wcag-standarden. Colour never carries a meaning alone.
"""

CSS = """
:root{--ink:#1b2430;--soft:#556070;--line:#dde2e8;--paper:#fff;--ground:#f3f5f7;--deep:#0d4f5c;--tint:#e6f1f2;
--red:#9b1420;--red-ground:#fdeeee;--amber:#7a4d00;--amber-ground:#fff5dd;--blue:#1d4f8c;--blue-ground:#eaf2fc}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:#fff;padding:8px;z-index:1}
header.top{background:var(--deep);color:#fff}
.wrap{max-width:1120px;margin:0 auto;padding-left:16px;padding-right:16px}
.top .wrap{display:flex;flex-wrap:wrap;gap:4px 32px;justify-content:space-between;padding-top:20px;padding-bottom:20px}
.kicker{margin:0;font-size:.82rem;letter-spacing:.04em;opacity:.85}
h1{margin:2px 0 4px;font-size:1.7rem;line-height:1.2;letter-spacing:-.01em}
.top dl{display:flex;flex-wrap:wrap;gap:2px 20px;margin:0;font-size:.92rem}
.top dl div{display:flex;gap:6px}.top dt{opacity:.8}.top dd{margin:0}
.top .wrap>div:first-child{flex:1 1 420px}.age{text-align:right;max-width:100%}.age strong{display:block;font-size:2.5rem;line-height:1.1;letter-spacing:-.02em}
.age span{font-size:.95rem}
.track{height:10px;background:#0a3f4a;position:relative}.track i{position:absolute;inset:0 auto 0 0;background:#8fd3c8}
.track b{position:absolute;top:0;bottom:0;width:2px;background:#ffffff80}
main{padding-top:16px;padding-bottom:32px;display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
h2{margin:0 0 10px;font-size:1.08rem;line-height:1.3}h3{margin:0;font-size:1rem}
p{margin:0}ul{margin:0;padding:0;list-style:none}
.soft{color:var(--soft)}.small{font-size:.86rem}
.finding{border-left:6px solid;border-radius:8px;padding:12px 16px;display:grid;gap:2px}
.finding+.finding{margin-top:10px}
.alarm{border-color:var(--red);background:var(--red-ground)}.alarm h3,.alarm .mark{color:var(--red)}
.task{border-color:#c98a1b;background:var(--amber-ground)}.task h3,.task .mark{color:var(--amber)}
.information{border-color:var(--blue);background:var(--blue-ground)}.information .mark{color:var(--blue)}
.finding h3{font-size:1.12rem}.mark{font-size:.8rem;font-weight:700;letter-spacing:.02em}
.help{margin-top:12px;font-size:.92rem}
.late{font-weight:700;color:var(--red)}
.needs{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0 0}.needs:first-child{margin:0}
.needs li{border:1.5px solid var(--line);border-radius:999px;padding:3px 12px;font-size:.92rem;background:#fff}
.needs .danger{border-color:var(--red);color:var(--red);font-weight:600}
.needs .watch{border-color:#c98a1b;color:var(--amber);font-weight:600}
.new{display:inline-block;border-radius:4px;padding:0 6px;background:#0d4f5c;color:#fff;font-size:.78rem;font-weight:650}
.since{border-left:6px solid #0d4f5c;background:var(--tint);border-radius:8px;padding:10px 16px}
.paper{display:none}
.pairs a{color:var(--deep);font-weight:600;display:inline-block;min-height:24px}
.withheld{border:1.5px dashed #8b95a3;border-radius:8px;padding:6px 12px;color:#3d4756;background:#f7f8fa;margin-bottom:10px}
.term{display:flex;flex-wrap:wrap;gap:4px 28px;align-items:baseline}.term strong{font-size:1.35rem}
.others{margin-top:8px}.others li{padding:4px 0;border-top:1px solid var(--line)}
.others .changed{font-weight:650;color:var(--amber)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:10px}
.tile{border:1px solid var(--line);border-radius:8px;padding:10px 12px}
.tile .value{font-size:1.45rem;font-weight:650;line-height:1.2;white-space:nowrap}
.tile .value small{font-size:.8rem;font-weight:400;color:var(--soft)}
.charts{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));margin-top:14px}
figure{margin:0}figcaption{font-size:.9rem;font-weight:600;margin-bottom:2px}svg{display:block;width:100%;height:auto}
svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:#556070}
svg .now{font-weight:700;fill:#1b2430;font-size:12px}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:3px solid #0d4f5c}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.82rem;border-bottom:2px solid var(--line)}
th,td{padding:7px 10px 7px 0;vertical-align:top}td{border-bottom:1px solid var(--line)}
tbody tr:last-child td{border-bottom:0}td.flag{color:var(--red);font-weight:650}
.visits li{display:grid;grid-template-columns:1.6em 1fr;padding:6px 0;border-top:1px solid var(--line)}
.visits li:first-child{border-top:0}.visits .overdue{color:var(--red)}.visits .now{color:var(--amber)}
.pairs li{padding:6px 0;border-top:1px solid var(--line)}.pairs li:first-child{border-top:0}
footer{color:var(--soft);font-size:.86rem;padding-bottom:32px}
a:focus-visible,summary:focus-visible{outline:3px solid #0d4f5c;outline-offset:2px}
details>summary{cursor:pointer;color:var(--deep);font-size:.92rem;padding-top:8px}
@media (min-width:900px){main{grid-template-columns:repeat(6,minmax(0,1fr))}.wide{grid-column:1/-1}
.half,.left,.right{grid-column:span 3}
.left,.right{display:grid;gap:16px;align-content:start}}
@media (max-width:899px){.left,.right{display:contents}}
@media (max-width:640px){.top .wrap>div:first-child{flex-basis:100%}.age{text-align:left}.age strong{font-size:2rem}
.rows thead{position:absolute;left:-999px}.rows tr{display:block;padding:8px 0;border-bottom:1px solid var(--line)}
.rows td{display:flex;justify-content:space-between;gap:16px;border:0;padding:2px 0;text-align:right}
.rows td:empty{display:none}.rows td::before{content:attr(data-label);color:var(--soft);text-align:left}}
@media print{.screen>*{display:none}.screen>.paper{display:block}
body{background:#fff;font-size:11pt}section{break-inside:avoid;border-color:#999}
header.top{background:#fff;color:#000;border-bottom:2px solid #000}.track{display:none}
.left,.right{display:contents}main{display:block}main section{margin-bottom:10px}}
"""
