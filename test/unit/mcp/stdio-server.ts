/** A process that serves MCP on stdin and stdout over an API client that answers by itself. */
import { ok } from "../../../src/core/result.ts";
import { serveStdio } from "../../../src/transport/stdio.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createHarness, toContact, toPinned } from "./fixtures.ts";

const { surface } = createHarness({
  "contacts.search-contacts-advanced": async () => {
    // Slower than the end of stdin, so that the answer depends on waiting for it.
    await new Promise((resolve) => setTimeout(resolve, 150));
    return ok({ contacts: [toContact(1)], total: 1 });
  },
});
await serveStdio({
  openSurface: async () => surface,
  version: "1.2.3",
  principal: toPinned(),
  log: silentLogger,
});
process.stderr.write("ended\n");
