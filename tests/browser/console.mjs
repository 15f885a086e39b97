// The desk's console in a real browser.
//
//   node console.mjs <console url> <folder for screenshots>
//
// The desk must have an open disagreement between two devices about one answer. It is found from the overview and
// settled with a click. Every page is looked at on a wide and on a narrow screen, by day and by night. Nothing may
// leave this machine, and nothing may be complained about by the browser. The last line is JSON; the exit code is
// 0 only if every check held. CHROMIUM names the browser, if it is not /usr/bin/chromium.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { contrastProblems, labelProblems } from "./accessibility.mjs";

const [url, folder] = process.argv.slice(2);
if (!url || !folder) {
  console.error("usage: node console.mjs <console url> <folder for screenshots>");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const origin = new URL(url).origin;

const failures = [];
const screenshots = [];
let checks = 0;
let requests = 0;

function check(holds, what) {
  checks += 1;
  if (!holds) {
    failures.push(what);
    console.error(`FAILED: ${what}`);
  }
  return holds;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});

// Opens a browser of its own and listens to everything it does.
async function visitor({ width, scheme, script = true }) {
  const context = await browser.newContext({
    viewport: { width, height: width > 600 ? 900 : 844 },
    colorScheme: scheme,
    javaScriptEnabled: script,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const who = `${width} ${scheme}`;
  page.on("request", (request) => {
    requests += 1;
    const to = new URL(request.url());
    check(to.protocol === "data:" || to.origin === origin, `${who}: a request left for ${to.origin}`);
  });
  page.on("console", (message) => {
    const expected = message.text().includes("the server responded with a status of 404");
    check(!["error", "warning"].includes(message.type()) || expected, `${who}: the browser says: ${message.text()}`);
  });
  page.on("pageerror", (error) => check(false, `${who}: the script broke: ${error.message}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { context, page, who };
}

async function enter(page) {
  const answer = await page.goto(url);
  check(answer.ok(), "the address with the token opens the console");
  check(new URL(page.url()).search === "", "the token does not stay in the address");
}

async function look(page, who, name) {
  const file = `${name}-${who.replace(" ", "-")}.png`;
  await page.screenshot({ path: join(folder, file), fullPage: true });
  screenshots.push(file);
  const shape = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - window.innerWidth,
    headings: document.querySelectorAll("h1").length,
    landmarks: ["header", "nav", "main", "footer"].every((name) => document.querySelector(name)),
    lang: document.documentElement.lang,
  }));
  check(shape.wide <= 0, `${name} at ${who} fits the screen (too wide by ${shape.wide} px)`);
  check(shape.headings === 1 && shape.landmarks && shape.lang === "en", `${name} at ${who} has its landmarks`);
  for (const problem of await page.evaluate(contrastProblems)) {
    check(false, `${name} at ${who}: ${problem}`);
  }
  for (const problem of await page.evaluate(labelProblems)) {
    check(false, `${name} at ${who}: ${problem}`);
  }
  checks += 2;
}

// Goes through all pages, and returns the address of the record in which people disagree.
async function lookAtEverything(options) {
  const { context, page, who } = await visitor(options);
  await enter(page);
  check((await page.evaluate(() => document.cookie)) === "", "scripts cannot read the session");
  await look(page, who, "overview");

  await page.click(".dispute-card .rows a");
  const record = page.url();
  await look(page, who, "record");
  for (const details of await page.locator("details > summary").all()) {
    await details.click();
  }
  await look(page, who, "record-unfolded");
  const languages = page.locator("nav.switch a[lang]:not([aria-current])");
  if ((await languages.count()) > 0) {
    await languages.first().click();
    await look(page, who, "record-other-language");
  }
  await page.goto(`${record}?empty=show`);
  await look(page, who, "record-with-empty");

  await page.click("nav.crumbs a:last-of-type");
  await look(page, who, "form");
  await page.click("nav.switch a:last-of-type");
  await look(page, who, "form-disagreements");
  await page.click("header nav a[href='/disagreements']");
  await look(page, who, "disagreements");
  await page.click("header nav a[href='/devices']");
  await look(page, who, "devices");
  const missing = await page.goto(`${origin}/nowhere`);
  check(missing.status() === 404, "an address without a page is said to be one");
  await look(page, who, "nothing-here");
  await context.close();
  return record;
}

// Finds the disagreement from the overview, looks at both sides, and settles it with a click.
async function settle(options) {
  const { context, page, who } = await visitor(options);
  await enter(page);
  const open = async () => Number(await page.locator(".figure a[href='/disagreements'] strong").innerText());
  const before = await open();
  check(before > 0, "the overview counts the open disagreement");
  await page.click(".figure a[href='/disagreements']");

  const dispute = page.locator("[data-dispute]").filter({ hasText: "This is right" }).first();
  const anchor = await dispute.getAttribute("id");
  const question = (await dispute.getAttribute("aria-label")).replace("Disagreement: ", "");
  const sides = await dispute.locator("[data-side]").all();
  check(sides.length >= 2, "both sides are shown");
  const told = [];
  for (const side of sides) {
    told.push({
      value: (await side.locator(".value").innerText()).trim(),
      device: (await side.locator(".who strong").first().innerText()).trim(),
      time: await side.locator(".who time").first().getAttribute("datetime"),
      box: await side.boundingBox(),
    });
  }
  const [one, other] = told;
  check(one.value && other.value && one.value !== other.value, "both values are shown, and they differ");
  check(one.device && other.device && one.device !== other.device, "both devices are named");
  check(told.every((side) => !Number.isNaN(Date.parse(side.time))), "both times are told");
  check(one.box.y === other.box.y && one.box.x + one.box.width <= other.box.x, "the sides stand side by side");

  // The keyboard gets there too.
  const button = sides[1].getByRole("button", { name: /^This is right/ });
  await button.focus();
  check((await button.evaluate((node) => getComputedStyle(node).outlineStyle)) !== "none" , "the focus can be seen");
  await button.click();
  await page.waitForURL("**/disagreements");
  check((await page.locator(".notice.good").innerText()).includes("Settled."), "the page says that it is settled");
  check((await page.locator(`[id="${anchor}"]`).count()) === 0, "the settled disagreement is gone from the list");
  await look(page, who, "settled-list");

  const record = anchor.slice(2, 38);
  await page.goto(`${origin}/records/${record}`);
  const answers = page.locator(".qa").filter({ has: page.getByText(question, { exact: true }) });
  const answer = answers.first();
  check((await answer.locator("dd").innerText()).includes(other.value), "the record shows what was decided");
  check((await answer.locator("[data-dispute]").count()) === 0, "the record shows no disagreement there");
  await answer.locator("details.history summary").click();
  const history = await answer.locator("details.history").innerText();
  for (const side of told) {
    check(history.includes(side.value) && history.includes(side.device), `the history keeps what ${side.device} said`);
  }
  await look(page, who, "settled-record");
  await page.goto(`${origin}/`);
  check((await open()) === before - 1, "the overview counts one disagreement less");
  await context.close();
  return { question, device: other.device, before, after: before - 1 };
}

// Whoever has not been let in sees nothing, and the console works without scripts.
async function lookFromOutside() {
  const outside = await browser.newContext();
  for (const way of ["/", "/disagreements", "/assets/desk.css"]) {
    const answer = await outside.request.get(origin + way);
    check(answer.status() === 401, `${way} is closed to a browser that was not let in`);
  }
  await outside.close();
  const { context, page } = await visitor({ width: 1280, scheme: "light", script: false });
  await enter(page);
  await page.click("header nav a[href='/disagreements']");
  check((await page.locator("[data-dispute] button").count()) > 0, "disagreements can be settled without scripts");
  await context.close();
}

let settled = null;
try {
  await lookFromOutside();
  for (const width of [1280, 390]) {
    for (const scheme of ["light", "dark"]) {
      await lookAtEverything({ width, scheme });
    }
  }
  settled = await settle({ width: 1280, scheme: "light" });
} catch (error) {
  check(false, `the story broke off: ${error.message}`);
} finally {
  await browser.close();
}
console.log(JSON.stringify({ ok: failures.length === 0, checks, requests, settled, screenshots, failures }));
process.exit(failures.length === 0 ? 0 : 1);
