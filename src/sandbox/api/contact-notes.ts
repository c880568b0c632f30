import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Note } from "../world/contacts.ts";
import { onRecord, succeed } from "./answers.ts";
import { pickFields } from "./field-texts.ts";
import { contactRecord, getContact } from "./read-contacts.ts";

const { read, write } = createRouteFamily({ read: "contacts.readonly", write: "contacts.write" });
const location = contactRecord;
const FIELDS = "userId:string title:string color:string pinned:boolean";
const PATH = "/contacts/:id/notes";
const ONE = `${PATH}/:noteId` as const;

/** The endpoints of the notes on a contact. */
export const contactNoteRoutes: readonly Route[] = [
  read(`GET ${PATH}`, {
    location,
    handle: (call) =>
      answer(200, {
        notes: [...call.world.notes.values()]
          .filter(({ contactId }) => contactId === call.params["id"])
          .toSorted((left, right) => right.dateAdded.localeCompare(left.dateAdded))
          .map(presentNote),
        traceId: call.traceId(),
      }),
  }),
  write(`POST ${PATH}`, {
    location,
    body: () => toFieldRules(`${FIELDS} body:string!`),
    handle: (call) => createNote(call),
  }),
  read(`GET ${ONE}`, { location, handle: (call) => onNote(call, (note) => show(200, note)) }),
  write(`PUT ${ONE}`, {
    location,
    body: () => toFieldRules(`${FIELDS} body:string`),
    handle: (call) =>
      onNote(call, (note) => {
        const changed: Note = { ...note, ...readNote(call) };
        call.world.notes.set(note.id, changed);
        return show(200, changed);
      }),
  }),
  write(`DELETE ${ONE}`, {
    location,
    handle: (call) =>
      onNote(call, (note) => {
        call.world.notes.delete(note.id);
        return succeed(call);
      }),
  }),
];

const createNote = (call: ApiCall): Outcome => {
  const contact = getContact(call);
  const note: Note = {
    pinned: false,
    ...(call.caller.userId === "" ? {} : { userId: call.caller.userId }),
    ...readNote(call),
    body: textOf(call.body["body"]),
    id: call.newId(),
    contactId: contact.id,
    locationId: contact.locationId,
    dateAdded: call.now,
  };
  call.world.notes.set(note.id, note);
  return show(201, note);
};

const readNote = ({ body }: ApiCall): Partial<Note> =>
  pickFields(body, ["body", "title", "color", "pinned", "userId"]);

const onNote = (call: ApiCall, use: (note: Note) => Outcome): Outcome => {
  const id = call.params["noteId"];
  const note = call.world.notes.get(id ?? "");
  return onRecord(
    { name: "Note", id },
    note?.contactId === call.params["id"] ? note : undefined,
    use,
  );
};

const show = (status: number, note: Note): Outcome => answer(status, { note: presentNote(note) });

const presentNote = (note: Note) => ({
  ...note,
  bodyText: note.body.replaceAll(/<[^>]*>/g, ""),
});
