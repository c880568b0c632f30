import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { AppointmentNote } from "../world/calendars.ts";
import { onRecord } from "./answers.ts";
import { appointmentRecord, getEvent } from "./calendar-events.ts";

const { read, write } = createRouteFamily({
  read: "calendars/events.readonly",
  write: "calendars/events.write",
});
const location = appointmentRecord;
const PATH = "/calendars/appointments/:id/notes";
const ONE = `${PATH}/:noteId` as const;
const body = () => toFieldRules("userId:string body:string!");
const MAX_LIMIT = 20;

const QUERY: Fields = {
  limit: { type: "number", required: true, min: 1, max: MAX_LIMIT },
  offset: { type: "number", required: true, min: 0 },
};

/** The endpoints of the notes on an appointment. */
export const appointmentNoteRoutes: readonly Route[] = [
  read(`GET ${PATH}`, { location, query: () => QUERY, handle: (call) => listNotes(call) }),
  write(`POST ${PATH}`, { location, body, handle: (call) => createNote(call) }),
  write(`PUT ${ONE}`, {
    location,
    body,
    handle: (call) =>
      onNote(call, (old) => {
        const note: AppointmentNote = { ...old, ...readNote(call) };
        call.world.appointmentNotes.set(old.id, note);
        return show(call, 200, note);
      }),
  }),
  write(`DELETE ${ONE}`, {
    location,
    handle: (call) =>
      onNote(call, (note) => {
        call.world.appointmentNotes.delete(note.id);
        return answer(200, { success: true });
      }),
  }),
];

const listNotes = (call: ApiCall): Outcome => {
  const { world, query, params } = call;
  const offset = numberOf(query["offset"], 0);
  const end = offset + numberOf(query["limit"], MAX_LIMIT);
  const found = [...world.appointmentNotes.values()].filter(
    ({ appointmentId }) => appointmentId === params["id"],
  );
  return answer(200, {
    notes: found.slice(offset, end).map((note) => presentNote(call, note)),
    hasMore: found.length > end,
  });
};

const createNote = (call: ApiCall): Outcome => {
  const appointment = getEvent(call);
  const note: AppointmentNote = {
    ...readNote(call),
    id: call.newId(),
    appointmentId: appointment.id,
    contactId: appointment.contactId ?? "",
    dateAdded: call.now,
  };
  call.world.appointmentNotes.set(note.id, note);
  return show(call, 201, note);
};

const readNote = ({ body: sent }: ApiCall) => ({
  body: textOf(sent["body"]),
  ...(typeof sent["userId"] === "string" ? { userId: sent["userId"] } : {}),
});

const onNote = (call: ApiCall, use: (note: AppointmentNote) => Outcome): Outcome => {
  const id = call.params["noteId"];
  const note = call.world.appointmentNotes.get(id ?? "");
  return onRecord(
    { name: "Note", id },
    note?.appointmentId === call.params["id"] ? note : undefined,
    use,
  );
};

const show = (call: ApiCall, status: number, note: AppointmentNote): Outcome =>
  answer(status, { note: presentNote(call, note) });

const presentNote = ({ world }: ApiCall, note: AppointmentNote) => {
  const author = world.users.find(({ id }) => id === note.userId);
  return {
    id: note.id,
    body: note.body,
    userId: note.userId,
    contactId: note.contactId,
    dateAdded: note.dateAdded,
    createdBy:
      author === undefined
        ? undefined
        : { id: author.id, name: `${author.firstName} ${author.lastName}` },
  };
};
