import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";

/** Create an invoice and send it; sending is confirmed with the code of the preview. */
export const sendInvoice: Job = {
  ask: "Bill Maria Hughes 180 dollars for a whitening kit and email the invoice.",
  grant: "one location",
  confirmation: "by code",
  run: async (session, world) => {
    const people = await session.call("search_contacts", { query: "Maria Hughes" });
    const person = first(rows(people.data, "contacts"));
    const ways = await session.call("search_operations", {
      query: "create an invoice and send it",
      limit: 4,
    });
    found(ways.text, "invoices.create-invoice", "invoices.send-invoice");
    await session.call("describe_operation", { operation: "invoices.create-invoice" });
    const created = await session.call("write_operation", {
      operation: "invoices.create-invoice",
      body: {
        name: "Whitening kit",
        businessDetails: { name: "Harbor Street Dental" },
        currency: "USD",
        items: [{ name: "Whitening kit", currency: "USD", amount: 180, qty: 1 }],
        discount: { value: 0, type: "fixed" },
        contactDetails: {
          id: person["id"],
          name: person["name"],
          phoneNo: person["phone"] ?? "",
          email: person["email"],
        },
        issueDate: "2026-11-02",
        dueDate: "2026-11-16",
        sentTo: { email: [person["email"]] },
        liveMode: false,
      },
    });
    const id = created.data["_id"] ?? created.data["id"];
    await session.call("describe_operation", { operation: "invoices.send-invoice" });
    const sending = {
      operation: "invoices.send-invoice",
      parameters: { invoiceId: id },
      body: { userId: person["assigned_to"], action: "email", liveMode: false },
    };
    const preview = await session.call("critical_operation", sending);
    expect(preview.data["status"]).toBe("needs_confirmation");
    const query = `altId=${world.here}&altType=location`;
    const look = () => world.get(`/invoices/${String(id)}?${query}`);
    expect(await look()).toMatchObject({ status: "draft" });
    await session.call("critical_operation", { ...sending, confirm: preview.data["confirm"] });

    expect(await look()).toMatchObject({
      status: "sent",
      total: 180,
      contactDetails: { id: person["id"] },
    });
    expect(world.writes().map(({ path }) => path)).toEqual([
      "/invoices/",
      `/invoices/${String(id)}/send`,
    ]);
  },
};
