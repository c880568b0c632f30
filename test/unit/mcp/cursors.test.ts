import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPagination } from "../../../src/ghl/catalog/overlays/pagination.ts";
import {
  type ListCursor,
  readListCursor,
  writeListCursor,
} from "../../../src/mcp/operations/list-cursor.ts";
import { CURSOR_FIELD, readCursor, toPage } from "../../../src/mcp/page.ts";

const PAGINATION = findPagination("contacts.search-contacts-advanced");
if (PAGINATION === undefined) throw new Error("the search of contacts lists in pages");

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.integer({ min: 100, max: 4_000 }).map((length) => "x".repeat(length)),
  fc.constant("\ud800"),
);
// JSON has no negative zero; Infinity is what it makes of 1e999.
const number = fc.oneof(
  fc.integer(),
  fc.double().map((value) => value + 0),
);
const position = fc.array(fc.oneof(text, number, fc.constant(null)), { maxLength: 12 });

/** The positions that had to be refused are few, or the property says nothing. */
const count = { read: 0, refused: 0 };

describe("a cursor that was written is read back", () => {
  it("whatever the position, and what cannot be written is said", () => {
    fc.assert(
      fc.property(position, fc.nat(), (next, before) => {
        const cursor = { from: undefined, skip: 0, before, size: undefined };
        const { more } = toPage({ cursor, records: [{ id: "a" }], limit: 1, next });
        const written = more["next_cursor"];
        if (written === undefined) {
          count.refused += 1;
          expect(more["note"]).toContain("there may be more");
          return;
        }
        count.read += 1;
        const given = CURSOR_FIELD.parse(written);
        expect(readCursor(given)).toEqual({
          ok: true,
          value: { from: next, skip: 0, before: before + 1, size: undefined },
        });
      }),
      { numRuns: 1_000, seed: 7 },
    );
    expect(count.read).toBeGreaterThan(count.refused);
    expect(count.refused).toBeGreaterThan(0);
  });

  it("whatever the page and the place on it", () => {
    const parameters = fc.record(
      {
        pageLimit: fc.oneof(fc.integer(), text),
        page: fc.integer(),
        searchAfter: fc.oneof(position, text, fc.constant({ deep: [] })),
      },
      { requiredKeys: [] },
    );
    const cursors: fc.Arbitrary<ListCursor> = fc.record(
      {
        location: fc.string({ maxLength: 100 }),
        from: parameters,
        skip: fc.integer({ min: 0, max: 2_000_000 }),
      },
      { requiredKeys: ["skip"] },
    );
    fc.assert(
      fc.property(cursors, (cursor) => {
        const written = writeListCursor(cursor);
        if (written === undefined) return;
        const given = CURSOR_FIELD.parse(written);
        expect(readListCursor(given, PAGINATION)).toEqual({ ok: true, value: cursor });
      }),
      { numRuns: 1_000, seed: 7 },
    );
  });
});
