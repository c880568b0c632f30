import { join } from "node:path";
import type { ChunkingContext, CodeSplittingOptions } from "rolldown";

/**
 * What a start over stdio runs, by the files that lead to it, in the order of loading. Each becomes one
 * file of the package: finding, reading and linking a file costs more than the little in it that
 * another command has no use for.
 */
const GROUPS = [
  // Small and started for each refresh, so it shares with nobody's start but its own.
  { name: "courier", from: ["courier/courier-process.ts"] },
  // What an importer of the library needs as well.
  { name: "common", from: ["config/load.ts", "core/access.ts", "core/ids.ts"] },
  { name: "cli", from: ["cli/main.ts", "cli/commands/stdio.ts"] },
  {
    name: "app",
    from: [
      "app.ts",
      "observability/otel-tracing.ts",
      "storage/sqlite.ts",
      "storage/sqlite-events.ts",
      "transport/stdio.ts",
    ],
  },
  // After the first answer.
  { name: "surface", from: ["transport/stdio-session.ts", "mcp/surface.ts"] },
  {
    name: "authorization",
    from: [
      "oauth/create-authorization-server.ts",
      "oauth/clients/fetched-clients.ts",
      "oauth/clients/pre-registered.ts",
    ],
  },
] as const;

/** Puts each module into the first group that leads to it by static imports; the others fall as they do. */
export const groupChunks = (sources: string): CodeSplittingOptions => {
  let groups: ReadonlyMap<string, string> | undefined;
  return {
    // Each group is whole without those after it; rolldown would put what two share into either.
    includeDependenciesRecursively: false,
    groups: [
      {
        debugName: "start",
        name: (id, context) => {
          groups ??= findGroups(sources, context);
          return groups.get(id);
        },
      },
    ],
  };
};

const findGroups = (sources: string, context: ChunkingContext): ReadonlyMap<string, string> => {
  const groups = new Map<string, string>();
  for (const { name, from } of GROUPS) {
    const open = from.map((path) => join(sources, path));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const module = context.getModuleInfo(id);
      if (module === null || groups.has(id)) continue;
      // A program waits at its top level for what it imports, so nothing may lie in one file with it.
      if (!module.isEntry) groups.set(id, name);
      open.push(...module.importedIds);
    }
  }
  return groups;
};
