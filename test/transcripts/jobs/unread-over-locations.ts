import { expect } from "vitest";
import { type Job, found, rows } from "../job.ts";

const TWO_DAYS_MS = 2 * 86_400_000;

/** Unread conversations older than two days, over three locations. */
export const unreadOverLocations: Job = {
  ask: "Which unread conversations in all our locations have waited for more than two days?",
  grant: "all locations",
  confirmation: "by code",
  run: async (session, world) => {
    const ways = await session.call("search_operations", {
      query: "unread conversations",
      limit: 3,
    });
    found(ways.text, "conversations.search-conversation");
    await session.call("describe_operation", { operation: "conversations.search-conversation" });
    const endDate = world.nowMs() - TWO_DAYS_MS;
    const unread = await session.call("read_operation", {
      operation: "conversations.search-conversation",
      parameters: { status: "unread", endDate, limit: 100 },
      locations: ["all"],
      fields: ["contactName", "lastMessageBody", "lastMessageDate"],
    });
    expect(unread.data).not.toHaveProperty("next_cursor");
    expect(unread.data["untrusted"]).toContain("lastMessageBody");

    const expected: string[] = [];
    for (const { id, name } of world.sandbox.locations) {
      const { conversations } = await world.get(
        `/conversations/search?locationId=${id}&limit=100`,
        id,
      );
      for (const one of conversations as Readonly<Record<string, unknown>>[]) {
        const isOld = Number(one["lastMessageDate"]) <= endDate;
        if (Number(one["unreadCount"]) > 0 && isOld) expected.push(`${name} ${String(one["id"])}`);
      }
    }
    const told = rows(unread.data, "conversations");
    expect(told.map((row) => `${String(row["location"])} ${String(row["id"])}`).toSorted()).toEqual(
      expected.toSorted(),
    );
    expect(new Set(told.map((row) => row["location"])).size).toBe(3);
    expect(world.writes()).toEqual([]);
  },
};
