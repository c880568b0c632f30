import { join } from "node:path";
import { measureColdStart } from "../cold-start.ts";
import type { Part } from "../part.ts";

/** From the start of a process to its first answer over stdio, on the sandbox and a new store. */
export const coldStartPart: Part = {
  name: "cold-start",
  about: "from spawn to the answer to initialize over stdio",
  run: async ({ scope, upstream }, { coldStarts: rounds }) => {
    const { baseUrl, locations, privateToken } = await upstream();
    const program = {
      command: process.execPath,
      args: [join(import.meta.dirname, "..", "..", "..", "bin", "ghl-mcp.js"), "stdio"],
      cwd: scope.folder(),
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: scope.folder(),
        GHL_BASE_URL: baseUrl,
        GHL_PRIVATE_TOKEN: privateToken,
        GHL_LOCATION_ID: locations[0]?.id ?? "",
      },
    };
    // The first start of all makes the database, its key and the compiled code.
    await measureColdStart({ ...program, rounds: 1 });
    const { medianMs, p95Ms, rssMb } = await measureColdStart({ ...program, rounds });
    return [
      {
        title: `Cold start over stdio from a clone, types stripped at the start, ${rounds} starts`,
        columns: ["median ms", "p95 ms", "resident MB"],
        rows: [[Math.round(medianMs), Math.round(p95Ms), Math.round(rssMb)]],
      },
    ];
  },
};
