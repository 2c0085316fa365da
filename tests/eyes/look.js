// Looks at each page of PAGES in frames of several widths: does it scroll sideways, and what does axe-core find?
// WCAG 2.2 AA: https://www.w3.org/TR/WCAG22/; axe-core: https://github.com/dequelabs/axe-core
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function look(name, html, width) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:900px;border:0`;
  frame.title = name;
  const loaded = new Promise((done) => { frame.onload = done; });
  frame.srcdoc = html;
  document.body.append(frame);
  await loaded;
  const page = frame.contentWindow, root = page.document.documentElement;
  const found = [];
  if (page.innerWidth !== width) found.push(`the frame is ${page.innerWidth} px wide`);
  const over = root.scrollWidth - root.clientWidth;
  if (over > 0) found.push(`scrolls sideways by ${over} px`);
  page.eval(AXE);
  const told = await page.axe.run(page.document, { runOnly: TAGS });
  for (const rule of told.violations) found.push(`${rule.id}: ${rule.nodes[0].html.slice(0, 160)}`);
  frame.remove();
  return { found: found.map((text) => `${name} at ${width} px: ${text}`), passed: told.passes.length };
}

(async () => {
  const result = { found: [], looks: 0, passed: 0, dark: matchMedia("(prefers-color-scheme: dark)").matches };
  try {
    for (const [name, html] of Object.entries(PAGES)) {
      for (const width of WIDTHS) {
        const { found, passed } = await look(name, html, width);
        result.found.push(...found);
        result.looks += 1;
        result.passed += passed;
      }
    }
  } catch (error) { result.found.push(`the look itself failed: ${error}`); }
  const said = document.createElement("pre");
  said.id = "result";
  said.textContent = JSON.stringify(result);
  document.body.replaceChildren(said);
})();
