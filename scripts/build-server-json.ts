/**
 * Writes server.json, which the MCP registry takes, from package.json and the settings table; or says what
 * stands against publishing. `npm publish` asks for the latter.
 *
 *     node scripts/build-server-json.ts                                  # again, after a new version
 *     node scripts/build-server-json.ts --namespace io.github.OWNER      # under a name of one's own
 *     node scripts/build-server-json.ts --remote https://mcp.example.com/mcp    # with a server that runs
 *     node scripts/build-server-json.ts --check
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findFaults, writeServerJson } from "./package/server-json-file.ts";

const root = join(import.meta.dirname, "..");

try {
  const { check, ...publisher } = parseArgs({
    options: {
      namespace: { type: "string" },
      remote: { type: "string" },
      check: { type: "boolean" },
    },
  }).values;
  if (check === true) {
    const faults = findFaults(root);
    for (const fault of faults) process.stderr.write(`not to be published: ${fault}\n`);
    if (faults.length > 0) process.exitCode = 1;
  } else {
    process.stdout.write(`written: server.json, ${writeServerJson(root, publisher)}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
