// Parses each Mermaid diagram given as a file, with Mermaid's own parser; `-` reads a JSON list of diagrams from standard input.
// Prints one line for each that does not parse, and exits with 1 if there is any.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

// Mermaid cleans labels with DOMPurify, which needs a document: without one, good flowcharts fail.
const { window } = new JSDOM("<!doctype html><body></body>");
globalThis.window = window;
globalThis.document = window.document;

const { default: mermaid } = await import("mermaid");

const diagrams = process.argv.slice(2).flatMap((name) =>
  name === "-" ? JSON.parse(readFileSync(0, "utf8")).map((text, at) => [`${at}`, text]) : [[name, readFileSync(name, "utf8")]],
);
if (diagrams.length === 0) {
  console.error("usage: node check.mjs FILE... | -");
  process.exit(2);
}

let failed = 0;
for (const [name, text] of diagrams) {
  try {
    await mermaid.parse(text);
  } catch (error) {
    failed += 1;
    console.log(`${name}: ${String(error.message ?? error).split("\n").slice(0, 4).join(" | ")}`);
  }
}
process.exit(failed ? 1 : 0);
