import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { GhlCallInput } from "../../../src/library/operation-input.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { type SandboxClient, startSandboxClient } from "../../support/sandbox-client.ts";
import { call } from "./sign-in.ts";

let rig: SandboxClient;

beforeAll(async () => {
  rig = await startSandboxClient();
});
afterAll(() => rig.close());

type Answer = Readonly<Record<string, unknown>>;

/** The body of a success. */
const ask = async (operation: string, input: GhlCallInput = {}): Promise<Answer> => {
  const result = await rig.client.callById(operation, { ...input, deadlineMs: 3_600_000 });
  if (!result.ok) throw new Error(`${operation}: ${JSON.stringify(result.failure)}`);
  return result.value.body as Answer;
};

/** Why a call was refused. */
const refused = async (operation: string, input: GhlCallInput = {}): Promise<unknown> => {
  const result = await rig.client.callById(operation, { ...input, deadlineMs: 3_600_000 });
  return result.ok ? "nothing" : result.failure;
};

describe("a record that was created", () => {
  it("is found, listed, changed and deleted, and then gone", async () => {
    const target = { name: "Spring offer", redirectTo: "https://example.com/spring" };
    const { link } = await ask("links.create-link", { body: target });
    const { id } = link as { readonly id: string };
    const parameters = { linkId: id };
    expect(await ask("links.get-link-by-id", { parameters })).toMatchObject({ link: target });
    expect((await ask("links.get-links"))["links"]).toContainEqual(
      expect.objectContaining({ id, ...target }),
    );
    await ask("links.update-link", { parameters, body: { ...target, name: "Autumn offer" } });
    const words = { parameters: { query: "autumn" } };
    expect(await ask("links.search-trigger-links", words)).toMatchObject({ links: [{ id }] });
    await ask("links.delete-link", { parameters });
    expect(await refused("links.get-link-by-id", { parameters })).toEqual({ kind: "not_found" });
    expect(await refused("links.delete-link", { parameters })).toEqual({ kind: "not_found" });
    expect(await ask("links.search-trigger-links", words)).toMatchObject({ links: [] });
  });

  it("is out of reach of another location", async () => {
    const body = { name: "Ours", redirectTo: "https://example.com" };
    const { link } = await ask("links.create-link", { body });
    const { id } = link as { readonly id: string };
    const other = rig.withPrivateToken(rig.sandbox.locations[1]?.id ?? "");
    const change = await other.call("links.delete-link", { parameters: { linkId: id } });
    expect(change).toMatchObject({ ok: false, failure: { kind: "location_forbidden" } });
    expect(await ask("links.get-link-by-id", { parameters: { linkId: id } })).toMatchObject({
      link: body,
    });
  });
});

describe("what was never sent", () => {
  it("is the same in every sandbox of one seed, and in a list and on its own", async () => {
    const ask = async (seed: number) => {
      const sandbox = await startSandbox({ seed });
      const here = sandbox.locations[0]?.id ?? "";
      const get = (target: string) =>
        call(target, { baseUrl: sandbox.baseUrl, token: sandbox.privateTokens.get(here) ?? "" });
      const list = await get(`GET /payments/transactions?altId=${here}&altType=location`);
      const [first] = list.body["data"] as unknown as { readonly _id: string; amount: number }[];
      const one = await get(
        `GET /payments/transactions/${first?._id}?altId=${here}&altType=location`,
      );
      await sandbox.close();
      return { first, one: one.body };
    };
    const [some, same, other] = [await ask(1), await ask(1), await ask(2)];
    expect(some).toEqual(same);
    expect(some).not.toEqual(other);
    expect(some.one).toMatchObject({
      _id: some.first?._id,
      amount: some.first?.amount,
      status: "succeeded",
    });
  });
});

describe("invoices", () => {
  const details = {
    name: "Kitchen",
    currency: "USD",
    issueDate: "2026-11-01",
    liveMode: false,
    businessDetails: {},
    contactDetails: { id: "c", name: "Ada", email: "ada@example.com", phoneNo: "+15550100" },
    sentTo: { email: ["ada@example.com"] },
  };
  const items = [
    { name: "Paint", currency: "USD", amount: 20.5, qty: 3 },
    {
      name: "Work",
      currency: "USD",
      amount: 100,
      qty: 1,
      taxes: [{ _id: "t", name: "VAT", rate: 20 }],
    },
  ];
  const create = async () => {
    const discount = { type: "percentage", value: 10 };
    const invoice = await ask("invoices.create-invoice", { body: { ...details, items, discount } });
    return { invoice, parameters: { invoiceId: invoice["_id"] } };
  };
  const get = (parameters: object) =>
    ask("invoices.get-invoice", { parameters: { ...parameters } });
  const payment = { mode: "cash", notes: "" };

  it("add up, and follow what is sent and paid", async () => {
    const { invoice, parameters } = await create();
    expect(invoice).toMatchObject({ status: "draft", total: 165.35, amountDue: 165.35 });
    const send = { userId: "u", action: "email", liveMode: false };
    expect(await ask("invoices.send-invoice", { parameters, body: send })).toMatchObject({
      invoice: { status: "sent" },
    });
    const half = { ...payment, amount: 65.35 };
    await ask("invoices.record-invoice", { parameters, body: half });
    expect(await get(parameters)).toMatchObject({
      status: "partially_paid",
      amountPaid: 65.35,
      amountDue: 100,
    });
    const tooMuch = { ...payment, amount: 100.01 };
    expect(await refused("invoices.record-invoice", { parameters, body: tooMuch })).toMatchObject({
      kind: "bad_request",
    });
    await ask("invoices.record-invoice", { parameters, body: payment });
    expect(await get(parameters)).toMatchObject({ status: "paid", amountDue: 0 });
    expect(await refused("invoices.void-invoice", { parameters, body: {} })).toMatchObject({
      kind: "bad_request",
    });
  });

  it("that are void are neither paid nor sent", async () => {
    const { parameters } = await create();
    await ask("invoices.void-invoice", { parameters, body: {} });
    const send = { userId: "u", action: "email", liveMode: false };
    expect(await refused("invoices.send-invoice", { parameters, body: send })).toMatchObject({
      kind: "bad_request",
    });
    expect(await refused("invoices.record-invoice", { parameters, body: payment })).toMatchObject({
      kind: "bad_request",
    });
    expect(await get(parameters)).toMatchObject({ status: "void", amountPaid: 0 });
  });

  it("are listed by status", async () => {
    const parameters = { limit: "100", offset: "0", status: "paid" };
    const { invoices } = await ask("invoices.list-invoices", { parameters });
    const statuses = (invoices as { readonly status: string }[]).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["paid"]));
  });
});

describe("media", () => {
  const list = (parameters: object = {}) =>
    ask("medias.fetch-media-content", {
      parameters: { sortBy: "name", sortOrder: "asc", type: "file", ...parameters },
    });

  it("keeps a file as it was sent, under the address that it gives, and lists it", async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    const file = { base64: bytes.toString("base64"), fileName: "a.bin", contentType: "image/png" };
    const uploaded = await ask("medias.upload-media-content", { body: { file } });
    const { fileId, url } = uploaded as Readonly<Record<string, string>>;
    const stored = await fetch(url ?? "");
    expect(Buffer.from(await stored.arrayBuffer())).toEqual(bytes);
    expect((await list())["files"]).toContainEqual(
      expect.objectContaining({ id: fileId, name: "a.bin", url }),
    );
    await ask("medias.delete-media-content", { parameters: { id: fileId } });
    expect(JSON.stringify(await list())).not.toContain(fileId);
  });

  it("takes the address of a file elsewhere, and nothing where there is neither", async () => {
    const fileUrl = "https://example.com/b.png";
    const body = { hosted: true, fileUrl };
    expect(await ask("medias.upload-media-content", { body })).toMatchObject({ url: fileUrl });
    expect(await refused("medias.upload-media-content", { body: { name: "c" } })).toMatchObject({
      kind: "bad_request",
    });
  });

  it("puts files into folders", async () => {
    const folder = await ask("medias.create-media-folder", { body: { name: "Plans" } });
    const body = { hosted: true, fileUrl: "https://example.com/plan.pdf", parentId: folder["id"] };
    await ask("medias.upload-media-content", { body });
    expect(await list({ parentId: folder["id"] })).toMatchObject({ files: [{ name: "plan.pdf" }] });
  });
});

describe("custom objects", () => {
  const parameters = { schemaKey: "custom_objects.vehicles" };
  const search = (body: object) =>
    ask("objects.search-object-records", { parameters, body: { page: 1, pageLimit: 50, ...body } });

  it("are created, changed by property and found by filter", async () => {
    const created = await ask("objects.create-object-record", {
      parameters,
      body: { properties: { name: "Van", colour: "silver" } },
    });
    const { id } = created["record"] as { readonly id: string };
    await ask("objects.update-object-record", {
      parameters: { ...parameters, id },
      body: { properties: { name: "Big van" } },
    });
    const filters = [{ field: "properties.colour", operator: "eq", value: "silver" }];
    expect(await search({ filters })).toMatchObject({
      total: 1,
      records: [{ id, properties: { name: "Big van", colour: "silver" } }],
    });
    expect(
      await refused("objects.search-object-records", {
        parameters: { schemaKey: "custom_objects.none" },
        body: { page: 1, pageLimit: 1 },
      }),
    ).toEqual({ kind: "not_found" });
  });

  it("are related once, and found from either side", async () => {
    const { associations } = await ask("associations.find-associations", {
      parameters: { skip: 0, limit: 1 },
    });
    const [{ id }] = associations as [{ readonly id: string }];
    const body = { associationId: id, firstRecordId: "van", secondRecordId: "ada" };
    await ask("associations.create-relation", { body });
    expect(await refused("associations.create-relation", { body })).toMatchObject({
      kind: "bad_request",
      messages: ["duplicate relation"],
    });
    for (const recordId of ["van", "ada"]) {
      expect(
        await ask("associations.get-relations-by-record-id", {
          parameters: { recordId, skip: 0, limit: 10 },
        }),
      ).toMatchObject({ total: 1, relations: [body] });
    }
  });
});

describe("the rest of what is kept", () => {
  const estimateDetails = {
    name: "Hall",
    currency: "USD",
    issueDate: "2026-11-01",
    liveMode: false,
    businessDetails: {},
    contactDetails: { id: "c", name: "Ada", email: "ada@example.com", phoneNo: "+15550100" },
    discount: { type: "fixed", value: 0 },
    frequencySettings: { enabled: false, schedule: {} },
  };

  it("gives submissions by form, with contacts that exist", async () => {
    const { forms } = await ask("forms.get-forms");
    const [{ id: formId }] = forms as [{ readonly id: string }];
    const { submissions, meta } = await ask("forms.get-forms-submissions", {
      parameters: { formId, limit: 100 },
    });
    const found = submissions as { readonly formId: string; contactId: string }[];
    expect(new Set(found.map((one) => one.formId))).toEqual(new Set([formId]));
    expect(meta).toMatchObject({ total: found.length });
    const contactId = found[0]?.contactId;
    expect(await ask("contacts.get-contact", { parameters: { contactId } })).toMatchObject({
      contact: { id: contactId },
    });
  });

  it("keeps coupons by id, each code once", async () => {
    const body = {
      name: "Ten",
      code: "TEN",
      discountType: "amount",
      discountValue: 10,
      startDate: "2026-11-01",
    };
    const { _id: id } = await ask("payments.create-coupon", { body });
    expect(await refused("payments.create-coupon", { body })).toMatchObject({
      kind: "bad_request",
    });
    const parameters = { id, code: "TEN" };
    expect(await ask("payments.get-coupon", { parameters })).toMatchObject({ name: "Ten" });
    await ask("payments.delete-coupon", { body: { id } });
    expect(await refused("payments.get-coupon", { parameters })).toEqual({ kind: "not_found" });
  });

  it("says whether a post has the slug already", async () => {
    const exists = (urlSlug: string) =>
      ask("blogs.check-url-slug-exists", { parameters: { urlSlug } });
    expect(await exists("post-1")).toEqual({ exists: true });
    expect(await exists("post-99")).toEqual({ exists: false });
  });

  it("turns an estimate into an invoice of the same total", async () => {
    const estimate = await ask("invoices.create-new-estimate", {
      body: {
        ...estimateDetails,
        items: [{ name: "Paint", currency: "USD", amount: 30, qty: 2, type: "one_time" }],
      },
    });
    const parameters = { estimateId: estimate["_id"] };
    const body = { markAsInvoiced: true };
    await ask("invoices.create-invoice-from-estimate", { parameters, body });
    const listing = { parameters: { limit: "100", offset: "0" } };
    expect((await ask("invoices.list-invoices", listing))["invoices"]).toContainEqual(
      expect.objectContaining({ estimateId: estimate["_id"], total: 60, status: "draft" }),
    );
  });

  it("keeps prices with their product, and fulfilments with their order", async () => {
    const { products } = await ask("products.list-invoices");
    const [{ _id: productId }] = products as [{ readonly _id: string }];
    const price = { name: "Yearly", type: "recurring", currency: "USD", amount: 400 };
    const parameters = { productId };
    await ask("products.create-price-for-product", { parameters, body: price });
    expect(
      (await ask("products.list-prices-for-product", { parameters }))["prices"],
    ).toContainEqual(expect.objectContaining({ ...price, product: productId }));
    const pending = { parameters: { status: "pending" } };
    const { data } = await ask("payments.list-orders", pending);
    const [{ _id: orderId }] = data as [{ readonly _id: string }];
    await ask("payments.record-order-payment", { parameters: { orderId }, body: { mode: "cash" } });
    expect(await ask("payments.get-order-by-id", { parameters: { orderId } })).toMatchObject({
      status: "completed",
    });
  });

  it("saves the text of an email template, and of no unknown one", async () => {
    const { builders } = await ask("emails.fetch-template");
    const [{ id: templateId }] = builders as [{ readonly id: string }];
    const save = (id: string) => ({
      body: {
        templateId: id,
        updatedBy: "u",
        dnd: { elements: [], attrs: {}, templateSettings: {} },
        html: "<p>Hello</p>",
        editorType: "html",
      },
    });
    await ask("emails.update-template", save(templateId));
    expect((await ask("emails.fetch-template"))["builders"]).toContainEqual(
      expect.objectContaining({ id: templateId, html: "<p>Hello</p>" }),
    );
    expect(await refused("emails.update-template", save("nobody"))).toEqual({ kind: "not_found" });
  });

  it("renames and deletes media, and deletes posts, many at once", async () => {
    const media = async () => {
      const parameters = { sortBy: "name", sortOrder: "asc", type: "file" };
      const { files } = await ask("medias.fetch-media-content", { parameters });
      return files as { readonly id: string; readonly name: string }[];
    };
    const [first, second] = await media();
    const renamed = [{ id: first?.id, name: "new.png" }];
    await ask("medias.bulk-update-media-objects", { body: { filesToBeUpdated: renamed } });
    const filesToBeDeleted = [{ _id: second?.id }];
    await ask("medias.bulk-delete-media-objects", {
      body: { filesToBeDeleted, status: "deleted" },
    });
    const left = await media();
    expect(left.find(({ id }) => id === first?.id)?.name).toBe("new.png");
    expect(left.some(({ id }) => id === second?.id)).toBe(false);
    const listing = {
      body: { skip: "0", limit: "50", fromDate: "a", toDate: "b", includeUsers: "true" },
    };
    const posts = async () => {
      const { results } = await ask("social-media-posting.get-posts", listing);
      return (results as { readonly posts: { readonly _id: string }[] }).posts;
    };
    const [one] = await posts();
    const postIds = [one?._id];
    await ask("social-media-posting.bulk-delete-social-planner-posts", { body: { postIds } });
    expect((await posts()).map(({ _id }) => _id)).not.toContain(one?._id);
  });
});
