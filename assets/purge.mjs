// Of Tabler's style sheet only the rules whose classes some template, script or Python file names: 640 KB become a tenth.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const skip = new Set(["node_modules", "var", "out", "dist", "locale", "migrations", ".git", ".venv"]);

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skip.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.(html|py|ts)$/.test(entry.name)) yield path;
  }
}

/** Every word that could be a class name. */
function words() {
  const found = new Set();
  for (const path of files(".")) for (const match of readFileSync(path, "utf8").matchAll(/[A-Za-z][\w-]*/g)) found.add(match[0]);
  return found;
}

/** Splits at top-level braces: [prelude, body] pairs; body is null for a statement such as @charset. */
function* rules(css) {
  let at = 0;
  while (at < css.length) {
    const open = css.indexOf("{", at);
    const semicolon = css.indexOf(";", at);
    if (semicolon !== -1 && (open === -1 || semicolon < open)) {
      yield [css.slice(at, semicolon).trim(), null];
      at = semicolon + 1;
      continue;
    }
    if (open === -1) return;
    let depth = 1;
    let end = open + 1;
    for (; depth && end < css.length; end++) depth += css[end] === "{" ? 1 : css[end] === "}" ? -1 : 0;
    yield [css.slice(at, open).trim(), css.slice(open + 1, end - 1)];
    at = end;
  }
}

/** Splits a selector list at the commas that are not within brackets. */
function selectors(prelude) {
  const found = [""];
  let depth = 0;
  for (const character of prelude) {
    depth += "([".includes(character) ? 1 : ")]".includes(character) ? -1 : 0;
    if (character === "," && !depth) found.push("");
    else found[found.length - 1] += character;
  }
  return found.map((one) => one.trim());
}

function kept(css, used) {
  let out = "";
  for (const [prelude, body] of rules(css)) {
    if (body === null) out += prelude.startsWith("@charset") ? "" : `${prelude};\n`;
    else if (/^@(media|supports|layer|container)/.test(prelude)) {
      const inner = kept(body, used);
      if (inner) out += `${prelude}{${inner}}\n`;
    } else if (prelude.startsWith("@")) out += `${prelude}{${body}}\n`;
    else {
      const needed = selectors(prelude).filter((one) => [...one.replace(/:not\([^)]*\)/g, "").matchAll(/\.([A-Za-z][\w-]*)/g)].every((match) => used.has(match[1])));
      if (needed.length) out += `${needed.join(",")}{${body}}\n`;
    }
  }
  return out;
}

export const purge = {
  name: "purge-tabler",
  setup(build) {
    build.onLoad({ filter: /@tabler[\\/]core[\\/]dist[\\/]css[\\/]tabler\.css$/ }, ({ path }) => {
      const css = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
      return { contents: kept(css, words()), loader: "css" };
    });
  },
};
