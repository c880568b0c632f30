import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";

import { toCallArguments } from "../../../src/cli/call-arguments.ts";
import { describeUnmatched, pickFields } from "../../../src/cli/pick-fields.ts";
import { readBody, readNamed } from "../../../src/cli/read-inputs.ts";
import { findOperation } from "../../../src/ghl/catalog/index.ts";

const read = (id: string, params: readonly string[], body?: unknown) => {
  const operation = findOperation(id);
  if (operation === undefined) throw new Error(`no operation "${id}"`);
  return toCallArguments(operation, {
    params: params.map((text) => readNamed(text, "--param")),
    ...(body !== undefined && { body }),
    files: [],
  });
};

const value = (given: object) => ({ ok: true, value: given });
const refusal = (parameter: string, problem: string) => ({
  ok: false,
  failure: { kind: "invalid_parameter", parameter, problem },
});

describe("the arguments of ghl-mcp call", () => {
  it("go to the parameters or to the body, by the operation", () => {
    const task = ["contactId=c", "title=a=b", "dueDate=2026-01-01", "completed=true"];
    expect(read("contacts.create-task", task, { body: "note" })).toEqual(
      value({
        parameters: { contactId: "c" },
        body: { body: "note", title: "a=b", dueDate: "2026-01-01", completed: true },
      }),
    );
    expect(read("calendars.get-slots", ["userIds=u1", "userIds=u2"])).toEqual(
      value({ parameters: { userIds: ["u1", "u2"] } }),
    );
  });

  it("are lists, objects and null where the field is", () => {
    const create = (...params: readonly string[]) => read("contacts.create-contact", params);
    expect(create("tags=one")).toEqual(value({ parameters: {}, body: { tags: ["one"] } }));
    expect(create('tags=["a","b"]', "lastName=null")).toEqual(
      value({ parameters: {}, body: { tags: ["a", "b"], lastName: null } }),
    );
    expect(create('customFields={"id":"f","fieldValue":"v"}')).toEqual(
      value({ parameters: {}, body: { customFields: [{ id: "f", fieldValue: "v" }] } }),
    );
  });

  it("are refused by name with what would be right", () => {
    expect(read("contacts.create-contact", ["firstName=a", "firstName=b"])).toEqual(
      refusal("firstName", "is given more than once and takes one value"),
    );
    expect(read("contacts.create-contact", ["customFields=x"])).toEqual(
      refusal("customFields", "must be an object as JSON"),
    );
    expect(read("medias.upload-media-content", ["file=a.png"])).toEqual(
      refusal("file", "is a file; give it as --file name=@path"),
    );
    expect(read("contacts.create-contact", ["firstname=a"])).toEqual(
      refusal("firstname", 'is not known to this operation; did you mean "firstName"'),
    );
    expect(read("contacts.create-contact", ["firstName=a"], ["list"])).toMatchObject(
      refusal("body", "is no object, so that no field can be added to it with --param or --file"),
    );
    expect(read("contacts.get-contact", ["__proto__=a", "contactId=c"]).ok).toBe(false);
  });

  it("come from stdin where the body is a dash", async () => {
    expect(await readBody("-", Readable.from(['{"a":', "1}"]))).toEqual({ a: 1 });
    await expect(readBody("-", Readable.from(["{"]))).rejects.toThrow("--body is no JSON");
  });
});

describe("the fields of an answer", () => {
  it("keep the shape of the answer, in each member of its lists", () => {
    const answer = { contacts: [{ id: 1, name: "a", tags: ["x"] }, { id: 2 }], total: 2 };
    expect(pickFields(answer, ["contacts.id", "contacts.tags"])).toEqual({
      contacts: [{ id: 1, tags: ["x"] }, { id: 2 }],
    });
    expect(pickFields([{ a: { b: 1, c: 2 } }], ["a", "a.b"])).toEqual([{ a: { b: 1, c: 2 } }]);
    expect(pickFields({ a: 1 }, ["b", "toString"])).toEqual({});
  });

  it.each([
    [{ a: 1 }, ["a"], undefined],
    [{ a: { b: 1 } }, ["a.b", "a.c", "d"], '--fields: nothing is called "a.c", "d"; there are: a'],
    [[{ a: 1 }, { b: 2 }], ["b"], undefined],
    [[{ a: 1 }, { b: 2 }], ["toString"], '--fields: nothing is called "toString"; there are: a, b'],
    [[], ["a"], undefined],
    [{ list: [], none: null }, ["list.id", "none.id"], undefined],
    [null, ["a"], undefined],
    ["text", ["a"], '--fields: nothing is called "a"'],
  ])("of %j tell of %j which names match nothing", (answer, paths, line) => {
    expect(describeUnmatched(answer, paths)).toBe(line);
  });
});
