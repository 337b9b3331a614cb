// The icon sprite: only the Tabler icons that templates and Python name, found by reading them.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const outline = "node_modules/@tabler/icons/icons/outline";
const skip = new Set(["node_modules", "var", "out", "dist", "locale", "tests", "migrations", ".git", ".venv"]);
// {% icon "name" %} · icon="name" · icon='name' · "icon": "name" · Icon("name")
const patterns = [/\{%-?\s*icon\s+["']([a-z0-9-]+)["']/g, /\bicon(?:_name)?\s*=\s*["']([a-z0-9-]+)["']/g, /["']icon["']\s*:\s*["']([a-z0-9-]+)["']/g, /icon_name\|default:["']([a-z0-9-]+)["']/g, /\bIcon\(["']([a-z0-9-]+)["']/g];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skip.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.(html|py|ts)$/.test(entry.name)) yield path;
  }
}

export function names() {
  const found = new Set();
  for (const path of files(".")) {
    const text = readFileSync(path, "utf8");
    for (const pattern of patterns) for (const match of text.matchAll(pattern)) found.add(match[1]);
  }
  return [...found].sort();
}

export function sprite() {
  const symbols = [];
  for (const name of names()) {
    const path = join(outline, `${name}.svg`);
    if (!existsSync(path)) {
      console.warn(`icons: there is no Tabler icon “${name}”`);
      continue;
    }
    const body = readFileSync(path, "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}
