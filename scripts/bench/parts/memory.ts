import type { Usage } from "../../measure/answer-parent.ts";
import type { Part } from "../part.ts";
import { type OpenSubject, SUBJECTS } from "../subjects.ts";

const CONNECTIONS = 32;
const WARM_UP_CALLS = 2_000;
const BYTES_PER_MB = 1024 * 1024;

/** What calls leave behind: memory before and after many of them, once the garbage is collected. */
export const memoryPart: Part = {
  name: "memory",
  about: "resident memory and heap before and after 50,000 calls",
  run: async (world, { memoryCalls: calls }) => {
    const rows: (string | number)[][] = [];
    for (const subject of Object.values(SUBJECTS)) {
      const opened = await subject.open(world);
      const job = {
        url: opened.publicUrl,
        connections: CONNECTIONS,
        requests: opened.requests("get_contact"),
      };
      await world.load().run({ ...job, calls: WARM_UP_CALLS });
      const before = await readSettled(opened);
      await world.load().run({ ...job, calls });
      const after = await readSettled(opened);
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

const toMb = (bytes: number): number => Math.round(bytes / BYTES_PER_MB);
