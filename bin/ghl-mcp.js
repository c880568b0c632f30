#!/usr/bin/env node
// Starts the command line: from the sources in a clone, from dist/ in the package, which has no sources
// because Node strips no types below node_modules. Plain enough for a Node that is too old to say so.

// An `import` of a module of Node loads all that it exports, of `node:fs` its streams too. Old ones need it.
const { existsSync, readFileSync } =
  process.getBuiltinModule?.("node:fs") ?? (await import("node:fs"));
const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const needed = engines.node.replace(">=", "");
const [major, minor] = process.versions.node.split(".").map(Number);
const [neededMajor, neededMinor] = needed.split(".").map(Number);

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  process.stderr.write(
    `ghl-mcp: needs Node ${needed} or newer, this is ${process.versions.node}\n`,
  );
  process.exitCode = 1;
} else {
  const { useCompileCache } = await import("./compile-cache.js");
  useCompileCache();
  const sources = new URL("../src/cli/main.ts", import.meta.url);
  await import(
    (existsSync(sources) ? sources : new URL("../dist/cli/main.js", import.meta.url)).href
  );
}
