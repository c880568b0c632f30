import type { Usage } from "../../measure/answer-parent.ts";
import type { Part } from "../part.ts";
import { type OpenSubject, SUBJECTS } from "../subjects.ts";
import { toMb } from "../units.ts";
import { createWorld } from "../world.ts";

/** Code is compiled and pools are filled by then. */
const WARM_UP_CALLS = 2_000;

/** What calls leave behind: memory before and after many of them, once the garbage is collected. */
export const memoryPart: Part = {
  name: "memory",
  about: "resident memory and heap before and after 50,000 calls",
  run: async (world, { connections: [connections], memoryCalls: calls }) => {
    const rows: (string | number)[][] = [];
    for (const subject of Object.values(SUBJECTS)) {
      // A process that has done nothing yet.
      const opened = await subject.open(createWorld(world.scope, world), "get_contact");
      const { publicUrl: url, requests } = opened;
      const job = { url, connections, requests };
      await world.load().run({ ...job, calls: Math.min(WARM_UP_CALLS, calls) });
      const before = await readSettled(opened);
      await world.load().run({ ...job, calls });
      const after = await readSettled(opened);
      await opened.child.end();
      rows.push([
        subject.name,
        toMb(before.rssBytes),
        toMb(after.rssBytes),
        toMb(before.heapUsedBytes),
        toMb(after.heapUsedBytes),
      ]);
    }
    return [
      {
        title: `Memory before and after ${calls} calls of get_contact`,
        columns: ["server", "resident MB before", "after", "heap MB before", "heap after"],
        rows,
      },
    ];
  },
};

const readSettled = async ({ child }: OpenSubject): Promise<Usage> => {
  await child.ask("collectGarbage");
  return child.usage();
};
