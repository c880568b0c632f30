import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Task } from "../world/contacts.ts";
import { onRecord, succeed } from "./answers.ts";
import { isoDateRule, pickFields } from "./field-texts.ts";
import { contactRecord, getContact } from "./read-contacts.ts";

const { read, write } = createRouteFamily({ read: "contacts.readonly", write: "contacts.write" });
const location = contactRecord;
const PATH = "/contacts/:id/tasks";
const ONE = `${PATH}/:taskId` as const;

const taskFields = (isNew: boolean): Fields => {
  const mark = isNew ? "!" : "";
  return {
    ...toFieldRules(`title:string${mark} body:string completed:boolean${mark} assignedTo:string`),
    dueDate: isoDateRule(isNew),
  };
};

/** The endpoints of the tasks on a contact. Title, due date and state are required together. */
export const contactTaskRoutes: readonly Route[] = [
  read(`GET ${PATH}`, {
    location,
    handle: (call) =>
      answer(200, {
        tasks: [...call.world.tasks.values()]
          .filter(({ contactId }) => contactId === call.params["id"])
          .map(presentTask),
        traceId: call.traceId(),
      }),
  }),
  write(`POST ${PATH}`, {
    location,
    body: () => taskFields(true),
    handle: (call) => createTask(call),
  }),
  read(`GET ${ONE}`, { location, handle: (call) => onTask(call, (task) => show(200, task)) }),
  write(`PUT ${ONE}`, {
    location,
    body: () => taskFields(false),
    handle: (call) => onTask(call, (task) => change(call, task)),
  }),
  write(`PUT ${ONE}/completed`, {
    location,
    body: () => toFieldRules("completed:boolean!"),
    handle: (call) => onTask(call, (task) => change(call, task)),
  }),
  write(`DELETE ${ONE}`, {
    location,
    handle: (call) =>
      onTask(call, (task) => {
        call.world.tasks.delete(task.id);
        return succeed(call);
      }),
  }),
];

const createTask = (call: ApiCall): Outcome => {
  const contact = getContact(call);
  const task: Task = {
    body: "",
    ...readTask(call),
    title: textOf(call.body["title"]),
    dueDate: toDueDate(call.body["dueDate"]),
    completed: call.body["completed"] === true,
    id: call.newId(),
    contactId: contact.id,
    locationId: contact.locationId,
    dateAdded: call.now,
  };
  call.world.tasks.set(task.id, task);
  return show(201, task);
};

const change = (call: ApiCall, task: Task): Outcome => {
  const changed: Task = { ...task, ...readTask(call) };
  call.world.tasks.set(task.id, changed);
  return show(200, changed);
};

const readTask = ({ body }: ApiCall): Partial<Task> => ({
  ...pickFields(body, ["title", "body", "completed", "assignedTo"]),
  ...(body["dueDate"] === undefined ? {} : { dueDate: toDueDate(body["dueDate"]) }),
});

/** Due dates are answered in UTC, however they were sent. */
const toDueDate = (value: unknown): string => new Date(textOf(value)).toISOString();

const onTask = (call: ApiCall, use: (task: Task) => Outcome): Outcome => {
  const id = call.params["taskId"];
  const task = call.world.tasks.get(id ?? "");
  return onRecord(
    { name: "Task", id },
    task?.contactId === call.params["id"] ? task : undefined,
    use,
  );
};

const show = (status: number, task: Task): Outcome => answer(status, { task: presentTask(task) });

/** A task as its contact's endpoints answer it. */
const presentTask = (task: Task) => ({
  id: task.id,
  title: task.title,
  body: task.body,
  assignedTo: task.assignedTo,
  dueDate: task.dueDate,
  completed: task.completed,
  contactId: task.contactId,
});
