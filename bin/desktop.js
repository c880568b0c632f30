// Starts the MCPB bundle in Claude Desktop, which runs it with the Node inside Electron. What differs there
// from a terminal, with where it was reported, is in docs/adr/0043-what-is-published.md.
import { fileURLToPath } from "node:url";

/** A field that a person left empty may arrive as these words of the manifest. */
const isPlaceholder = (text) => /^\$\{user_config\.\w+\}$/u.test(text);

for (const [name, value] of Object.entries(process.env)) {
  if (isPlaceholder(value)) delete process.env[name];
}
// Where this is started, no folder is ours; a private token leaves nothing to keep.
process.env.STORAGE_URL = "memory:";

// Electron adds arguments of its own, which the command line would refuse.
const access = process.argv.find((argument) => /^--access=\w/u.test(argument));
process.argv = [
  process.execPath,
  fileURLToPath(import.meta.url),
  "stdio",
  ...(access === undefined ? [] : [access]),
];

// Without a token the sandbox would start, and its sample data pass for the person's own.
if ((process.env.GHL_PRIVATE_TOKEN ?? "").trim() === "") {
  process.stderr.write(
    "ghl-mcp: no private integration token; enter it in the settings of this extension\n",
  );
  process.exitCode = 78;
} else {
  // Not awaited: it lasts as long as the server does, and whoever imported this file may wait for it.
  void import("./ghl-mcp.js");
}
