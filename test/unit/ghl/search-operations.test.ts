import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";

import { renderSearchIndex } from "../../../scripts/catalog/render-search-index.ts";
import { readIndexInSteps } from "../../../src/ghl/catalog/search/read-index.ts";
import { openIndex, type StoredIndex } from "../../../src/ghl/catalog/search/search-index.ts";
import { searchOperations } from "../../../src/ghl/catalog/search.ts";

const first = (query: string): string | undefined => searchOperations(query)[0]?.operation.id;

describe("the index, read in steps", () => {
  const text = readFileSync(
    new URL("../../../src/ghl/catalog/search/search-index.json", import.meta.url),
    "utf8",
  );

  it("is what it is in one piece, after a pause for each of its lists", () => {
    const steps = readIndexInSteps(text);
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    // One after each list, and within the longest.
    expect(pauses).toBeGreaterThan(3);
    expect(step.value).toEqual(openIndex(JSON.parse(text) as StoredIndex));
  });

  it("is refused when it has another form", () => {
    expect(() => readIndexInSteps(JSON.stringify(JSON.parse(text))).next()).toThrow(
      "build it again",
    );
  });

  it("lets others have their turn while it is made ready, and then finds the same", async () => {
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    vi.resetModules();
    const fresh = await import("../../../src/ghl/catalog/search.ts");
    turns = 0;
    await fresh.prepareSearch();
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(4);
    expect(fresh.searchOperations("show my contacts")).toEqual(
      searchOperations("show my contacts"),
    );
  });
});

describe("the search index", () => {
  it("is the one that the words and synonyms give; else run npm run generate:search", () => {
    const file = new URL("../../../src/ghl/catalog/search/search-index.json", import.meta.url);
    expect(readFileSync(fileURLToPath(file), "utf8") === renderSearchIndex()).toBe(true);
  });
});

describe("searching operations", () => {
  it("gives five hits unless told otherwise, best first", () => {
    const hits = searchOperations("show my contacts");
    expect(hits).toHaveLength(5);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((left, right) => right - left));
    expect(searchOperations("show my contacts", { limit: 2 })).toEqual(hits.slice(0, 2));
    expect(searchOperations("show my contacts", { limit: 0 })).toEqual([]);
  });

  it("finds nothing but what is allowed", () => {
    const reads = searchOperations("delete the contact", {
      limit: 50,
      allows: ({ class: level }) => level === "read",
    });
    expect(reads.length).toBeGreaterThan(5);
    expect(reads.filter(({ operation }) => operation.class !== "read")).toEqual([]);
    expect(searchOperations("delete the contact", { allows: () => false })).toEqual([]);
  });

  it("fills the hits with allowed operations, however many better ones are not allowed", () => {
    const hits = searchOperations("add a contact", { allows: ({ area }) => area === "payments" });
    expect(hits).toHaveLength(5);
  });

  it("tells what is to be done from what it is done to", () => {
    expect(first("tag the lead")).toBe("contacts.add-tags");
    expect(first("untag the lead")).toBe("contacts.remove-tags");
    expect(first("start the Facebook campaign")).toBe("ad-manager.fb-publish-campaign");
    expect(first("pause the Facebook campaign")).toBe("ad-manager.fb-pause-campaign");
    expect(first("show email templates")).toBe("emails.list-email-templates");
    expect(first("email the customer")).toBe("conversations.send-a-new-message");
  });

  it("tells an order from a question, however politely it is put", () => {
    expect(first("is there a way to delete a contact")).toBe("contacts.delete-contact");
    expect(first("how can we delete a contact")).toBe("contacts.delete-contact");
    expect(first("would you mind deleting a contact")).toBe("contacts.delete-contact");
    expect(first("have Tom tag the lead")).toBe("contacts.add-tags");
    expect(first("have we tagged the lead")).not.toBe("contacts.add-tags");
  });

  it("takes what is not wanted any more for something to be deleted", () => {
    expect(first("we don't ship with UPS any more")).toBe("store.delete-shipping-carrier");
    expect(first("do we ship with UPS")).toBe("store.list-shipping-carriers");
  });

  it("reads clauses apart: what stands before a comma is no part of the order", () => {
    expect(first("the customer called in, delete the contact")).toBe("contacts.delete-contact");
  });

  it("knows verbs whose second part follows the thing", () => {
    expect(first("take the Facebook campaign live")).toBe("ad-manager.fb-publish-campaign");
    expect(first("turn the Facebook campaign off")).toBe("ad-manager.fb-pause-campaign");
  });

  it("takes a word that one operation has for all that is done to the same things", () => {
    // only changing a task has "deadline" among its words
    const found = searchOperations("deadline", { limit: 10 }).map(({ operation }) => operation.id);
    expect(found).toEqual(expect.arrayContaining(["contacts.update-task", "contacts.delete-task"]));
  });

  it("tells one record from many", () => {
    expect(first("show this invoice")).toBe("invoices.get-invoice");
    expect(first("show the invoices")).toBe("invoices.list-invoices");
  });

  it("prefers the operation that replaced a deprecated one", () => {
    const ids = searchOperations("pause a sub-account", { limit: 20 }).map(({ operation }) =>
      String(operation.id),
    );
    expect(ids[0]).toBe("saas-api.pause-location");
    expect(ids.indexOf("saas-api.pause-location-deprecated")).toBeGreaterThan(0);
  });

  it("forgives slips of the finger", () => {
    expect(first("lsit all calenders")).toBe("calendars.get-calendars");
    expect(first("sned an invioce")).toBe("invoices.send-invoice");
  });

  it("takes addresses, numbers and names for a person who is looked for", () => {
    for (const query of ["ada@example.com", "+44 20 7946 0958", "Ada Lovelace", "who is Zdenka"]) {
      expect([query, first(query)]).toEqual([query, "contacts.search-contacts-advanced"]);
    }
  });

  it("answers whatever is typed, within bounds", () => {
    for (const query of ["", "   ", "constructor __proto__ toString", "???", "@", "日本語", "\0"]) {
      expect(searchOperations(query).length).toBeLessThanOrEqual(5);
    }
    const long = `${"a1@".repeat(50_000)} ${"contact ".repeat(50_000)}`;
    const before = performance.now();
    searchOperations(long);
    searchOperations("zzzzqqqq ".repeat(60));
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
