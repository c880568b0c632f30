import { expect } from "vitest";
import { type Job, first, rows } from "../job.ts";

const TEXT = "Thank you, your deposit has arrived. We will call to set a date.";

/** Move a deal and tell the customer; the message is confirmed with the code of its preview. */
export const moveDealAndTell: Job = {
  ask: "Grace Brooks paid the deposit for her whitening: move the deal and text her.",
  grant: "one location",
  confirmation: "by code",
  run: async (session, world) => {
    const deals = await session.call("get_opportunities", { query: "Grace Brooks" });
    const deal = first(rows(deals.data, "opportunities"));
    await session.call("update_opportunity", { opportunity_id: deal["id"], stage: "Deposit paid" });
    const contact = deal["contact"] as { readonly id: string };
    const message = { channel: "sms", contact_id: contact.id, message: TEXT };
    const preview = await session.call("send_message", message);
    expect(preview.data).toMatchObject({ status: "needs_confirmation", message: TEXT });
    expect(world.writes().map(({ path }) => path)).not.toContain("/conversations/messages");
    await session.call("send_message", { ...message, confirm: preview.data["confirm"] });

    const { opportunity } = await world.get(`/opportunities/${String(deal["id"])}`);
    const { pipelines } = await world.get(`/opportunities/pipelines?locationId=${world.here}`);
    const stages = (pipelines as { stages: { id: string; name: string }[] }[]).flatMap(
      (pipeline) => pipeline.stages,
    );
    const { pipelineStageId } = opportunity as { readonly pipelineStageId: string };
    expect(stages.find(({ id }) => id === pipelineStageId)?.name).toBe("Deposit paid");
    const sent = await world.get(
      `/conversations/search?locationId=${world.here}&contactId=${contact.id}`,
    );
    expect(sent["conversations"]).toMatchObject([
      { lastMessageBody: TEXT, lastMessageDirection: "outbound" },
    ]);
    expect(world.writes().map(({ method }) => method)).toEqual(["PUT", "POST"]);
  },
};
