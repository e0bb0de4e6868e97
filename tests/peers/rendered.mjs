// Renders Markdown as a forge does, in a browser: parsed with GitHub's extensions, mentions and references made links,
// raw HTML read, all of it through GitHub's own allow-list, and then opened in Chromium.
//
//   rendered.mjs judge FILE…            refuses what a stranger could have put there; prints how many were judged
//   rendered.mjs picture FILE PICTURE   draws one
//
// NODE_PATH is of no use to modules, so RENDERED names the folder with the packages, and BROWSER the browser.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const packages = createRequire(`${process.env.RENDERED}/package.json`);
// Packages of modules alone resolve by their folder.
const load = async (name) => {
  const folder = `${process.env.RENDERED}/node_modules/${name}`;
  const { exports, main } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = typeof exports === "string" ? exports : (main ?? "index.js");
  return import(pathToFileURL(`${folder}/${file}`));
};
const { unified } = await load("unified");
const [parse, gfm, github, rehype, raw, sanitize, stringify] = await Promise.all(
  ["remark-parse", "remark-gfm", "remark-github", "remark-rehype", "rehype-raw", "rehype-sanitize", "rehype-stringify"].map(
    async (name) => (await load(name)).default,
  ),
);
const { chromium } = packages("playwright-core");
const UPNG = packages("upng-js");
const style = readFileSync(packages.resolve("github-markdown-css/github-markdown-light.css"), "utf8");

// What our templates are made of. The rest, an image too, can only be somebody else's.
const OURS = new Set(
  "h1 h2 h3 p strong em blockquote ul li hr br table thead tbody tr th td code pre details summary sub a".split(" "),
);
// Where links of ours lead: the files, the run, and the commit that a forge knows by its id.
const HOME = /^https:\/\/github\.com\/[\w-]+\/shop\/(blob|commit|actions\/runs)\//;

// Of a picture: as many as text and pictograms need, so that it stays small.
const COLOURS = 64;

function rendered(markdown, repository) {
  const spoilt = [];
  const tables = () => (tree, file) => {
    const walk = (node) => {
      if (node.type === "table") {
        for (const row of node.children) {
          if (row.children.length !== node.align.length) {
            spoilt.push(`line ${row.position.start.line} of a table has ${row.children.length} cells, not ${node.align.length}`);
          }
        }
        lines -= node.position.end.line - node.position.start.line + 1;
      }
      node.children?.forEach(walk);
    };
    let lines = String(file).split("\n").filter((line) => line.startsWith("|")).length;
    walk(tree);
    if (lines !== 0) spoilt.push(`${lines} lines of tables are none`);
  };
  const html = unified()
    .use(parse)
    .use(gfm)
    .use(tables)
    .use(github, { repository })
    .use(rehype, { allowDangerousHtml: true })
    .use(raw)
    .use(sanitize)
    .use(stringify)
    .processSync(markdown);
  return { html: String(html), spoilt };
}

const page_of = (html) => `<!doctype html><meta charset="utf-8"><style>${style}
  .markdown-body { box-sizing: border-box; width: 920px; padding: 16px 24px; border: 1px solid #d1d9e0; border-radius: 6px; }
  .markdown-body table { display: table; }
</style><article class="markdown-body">${html}</article>`;

// Says what is wrong with a text once a browser shows it; nothing where it is all ours.
async function wrong(browser, markdown) {
  const { html, spoilt } = rendered(markdown, "acme/shop");
  const page = await browser.newPage();
  page.on("request", (request) => spoilt.push(`asks the network for ${request.url()}`));
  page.on("dialog", (dialog) => dialog.dismiss().then(() => spoilt.push("runs a script")));
  await page.setContent(page_of(html));
  const seen = await page.evaluate(() => {
    const all = [...document.querySelectorAll("article *")];
    return {
      tags: all.map((one) => one.localName),
      links: all.filter((one) => one.localName === "a").map((one) => one.href),
      open: document.querySelectorAll("details[open]").length,
      text: document.querySelector("article").innerText,
    };
  });
  await page.close();
  for (const tag of new Set(seen.tags)) if (!OURS.has(tag)) spoilt.push(`shows <${tag}>`);
  for (const link of seen.links) if (!HOME.test(link)) spoilt.push(`leads to ${link}`);
  if (seen.open > 0) spoilt.push("shows details unasked");
  if (seen.text.includes("git-okr v=")) spoilt.push("shows its mark");
  return spoilt;
}

// What a stranger would try, were nothing escaped: the judge has to see each.
const ATTEMPTS = {
  "an image": "![x](https://evil.example/x.png)",
  "an image in HTML": "<img src=https://evil.example/x.png>",
  "a link": "[click](https://evil.example)",
  "a bare link": "www.evil.example",
  "a mention": "@everyone",
  "a team's mention": "@acme/all",
  "a reference": "#1",
  "a reference by GH": "GH-2",
  "another repository": "acme/other#3",
  "struck out text": "~~gone~~",
  "a small heading": "<h6>Approved</h6>",
  "open details": "<details open><summary>x</summary>y</details>",
  "a box to tick": "<ul><li><input type=checkbox checked> done</li></ul>",
  "another column": "a | b",
};

// Puts a text into a PNG, before its end, as a chunk of its own: what was drawn stays with the picture.
function with_text(png, key, text) {
  const body = Buffer.from(`iTXt${key}\0\0\0\0\0${text}`);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(UPNG.crc.crc(body, 0, body.length), body.length + 4);
  const end = png.length - 12;
  return Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)]);
}

const [command, ...files] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.BROWSER, args: ["--no-sandbox"] });
try {
  if (command === "judge") {
    let cases = 0;
    for (const [what, attempt] of Object.entries(ATTEMPTS)) {
      const found = await wrong(browser, `| Title | Δ |\n|---|--:|\n| ${attempt} | 1 |\n`);
      if (found.length === 0) throw new Error(`${what} would not be seen: ${attempt}`);
      cases += 1;
    }
    const shown = await wrong(browser, "git-okr v=1 id=default");
    if (shown.length === 0) throw new Error("a mark that shows would not be seen");
    for (const file of files) {
      const found = await wrong(browser, readFileSync(file, "utf8"));
      if (found.length > 0) throw new Error(`${file}: ${found.join("; ")}\n${readFileSync(file, "utf8")}`);
      cases += 1;
    }
    console.log(cases + 1);
  } else if (command === "picture") {
    const [source, picture] = files;
    const page = await browser.newPage({ viewport: { width: 960, height: 800 }, deviceScaleFactor: 2 });
    const text = readFileSync(source, "utf8");
    await page.setContent(page_of(rendered(text, "hedgerow/shop").html));
    const drawn = UPNG.decode(await page.locator("article").screenshot());
    const small = UPNG.encode(UPNG.toRGBA8(drawn), drawn.width, drawn.height, COLOURS);
    writeFileSync(picture, with_text(Buffer.from(small), "Source", text));
  } else {
    throw new Error("say judge or picture");
  }
} finally {
  await browser.close();
}
