import { toMcpRequest } from "../../measure/mcp-requests.ts";
import { measureCalls } from "../measure-calls.ts";
import type { Part } from "../part.ts";
import { toTenths } from "../units.ts";

/** The list of all tools that a grant sees, which clients ask for at each start. */
export const listsPart: Part = {
  name: "tools-list",
  about: "tools/list in both eras",
  run: async (world, { rounds, lists: calls, connections: [connections] }) => {
    const server = await world.server();
    const eras = ["modern", "legacy"] as const;
    const cases = eras.map((era) => {
      const request = toMcpRequest({ method: "tools/list" }, { era, token: server.token });
      const expect = ['"get_contact"', '"read_operation"'];
      const requests = [{ ...request, expect }];
      return {
        era,
        subject: { ...server, requests },
        requests,
        calls,
        connections,
      };
    });
    const measured = await measureCalls(world, cases, { rounds, warmUp: calls });
    return [
      {
        title: `tools/list, ${connections} connections`,
        columns: ["era", "CPU µs per call", "calls/s", "p50 ms", "p99 ms"],
        rows: measured.map(({ era, figures }) => [
          era,
          Math.round(figures.cpuUsPerCall),
          Math.round(figures.callsPerSecond),
          toTenths(figures.p50Ms),
          toTenths(figures.p99Ms),
        ]),
      },
    ];
  },
};
