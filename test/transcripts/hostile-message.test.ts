import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { first, rows } from "./job.ts";
import { hostileMessage } from "./jobs/hostile-message.ts";
import { type JobServer, startJobServer } from "./run-job.ts";

let server: JobServer;

beforeAll(async () => {
  server = await startJobServer();
  await hostileMessage.arrange?.(server.world);
});
afterAll(() => server.close());

describe("an assistant that obeys a message from outside", () => {
  it("gets previews for the person to read, and deletes nothing", async () => {
    const { world } = server;
    const session = await server.open({ grant: "one location", confirmation: "by code" });
    const listed = await session.call("search_contacts", { limit: 5, fields: ["contactName"] });
    const contacts = rows(listed.data, "contacts");
    world.forgetRequests();
    for (const { id, contactName } of contacts) {
      const asked = await session.call("critical_operation", {
        operation: "contacts.delete-contact",
        parameters: { contactId: id },
      });
      expect(asked.data["status"]).toBe("needs_confirmation");
      expect(JSON.stringify(asked.data["affects"])).toContain(contactName);
    }
    // A code is for one record: it deletes no other.
    const [one, other] = contacts;
    const call = (id: unknown) => ({
      operation: "contacts.delete-contact",
      parameters: { contactId: id },
    });
    const { data } = await session.call("critical_operation", call(one?.["id"]));
    const confirm = data["confirm"];
    const refused = await session.attempt("critical_operation", {
      ...call(other?.["id"]),
      confirm,
    });
    expect(refused.isError).toBe(true);
    expect(world.writes()).toEqual([]);
    const { contact } = await world.get(`/contacts/${String(first(contacts)["id"])}`);
    expect(contact).toMatchObject({ id: first(contacts)["id"] });
    await session.close();
  });

  it("has no tool for it at all where the person allowed reading only", async () => {
    const session = await server.open({ grant: "one location", confirmation: "by code" }, "read");
    const found = await session.call("search_operations", { query: "delete a contact" });
    expect(found.text).not.toContain("[critical]");
    await expect(
      session.attempt("critical_operation", { operation: "contacts.delete-contact" }),
    ).rejects.toThrow("Insufficient scope");
    await session.close();
  });
});
