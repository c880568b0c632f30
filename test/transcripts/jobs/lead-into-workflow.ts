import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";
import type { World } from "../world.ts";

const findLead = async (world: World): Promise<Readonly<Record<string, unknown>>[]> => {
  const { contacts } = await world.send("POST", "/contacts/search", {
    locationId: world.here,
    pageLimit: 10,
    query: "wei.chen",
  });
  return contacts as Readonly<Record<string, unknown>>[];
};

/** Create or update a lead, tag it, enrol it in a workflow; the person confirms in the client. */
export const leadIntoWorkflow: Job = {
  ask: "Wei Chen asked about implants at the fair: note it, tag the lead and start the welcome workflow.",
  grant: "one location",
  confirmation: "by asking",
  run: async (session, world) => {
    const before = first(await findLead(world));
    world.forgetRequests();
    const lead = await session.call("create_contact", {
      first_name: "Wei",
      last_name: "Chen",
      email: before["email"],
      source: "trade fair",
      tags: ["implants"],
      if_exists: "update",
    });
    expect(lead.data["outcome"]).toBe("updated");
    const ways = await session.call("search_operations", {
      query: "list workflows, start a workflow for a contact",
      limit: 4,
    });
    found(ways.text, "contacts.add-contact-to-workflow", "workflows.get-workflow");
    const workflows = await session.call("read_operation", {
      operation: "workflows.get-workflow",
      fields: ["name"],
    });
    const workflow = rows(workflows.data, "workflows").find(
      ({ name }) => name === "New patient welcome",
    );
    const { id } = lead.data["contact"] as { readonly id: string };
    const done = await session.call("critical_operation", {
      operation: "contacts.add-contact-to-workflow",
      parameters: { contactId: id, workflowId: workflow?.["id"] },
    });
    expect(done.data["status"]).toBe("done");

    expect(session.questions).toHaveLength(1);
    expect(session.questions[0]).toContain("Wei Chen");
    const enrolments = world
      .writes()
      .filter(({ path }) => path === `/contacts/${id}/workflow/${String(workflow?.["id"])}`);
    expect(enrolments).toMatchObject([{ method: "POST", status: 200 }]);
    const after = await findLead(world);
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ id: before["id"], source: "trade fair" });
    expect(after[0]?.["tags"]).toEqual([...(before["tags"] as string[]), "implants"]);
  },
};
