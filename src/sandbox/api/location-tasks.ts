import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Task } from "../world/contacts.ts";
import type { World } from "../world/world.ts";
import { textsOf } from "./field-texts.ts";
import { IN_PATH } from "./locations.ts";
import { toFullName } from "./present-contact.ts";

const { read } = createRouteFamily({
  read: "locations/tasks.readonly",
  write: "locations/tasks.write",
});

const DEFAULT_LIMIT = 25;

/** `POST /locations/{id}/tasks/search`: the tasks of all contacts. A POST that only reads. */
export const searchTasksRoute: Route = read("POST /locations/:id/tasks/search", {
  location: IN_PATH,
  body: () =>
    toFieldRules(
      `contactId:strings completed:boolean assignedTo:strings query:string limit:number skip:number
       businessId:string`,
    ),
  handle: (call) => searchTasks(call),
});

/** The task that is due first comes first. */
const searchTasks = (call: ApiCall): Outcome => {
  const { world, body } = call;
  const skip = numberOf(body["skip"], 0);
  const limit = numberOf(body["limit"], DEFAULT_LIMIT);
  const found = [...world.tasks.values()]
    .filter((task) => matches(call, task))
    .toSorted((left, right) => left.dueDate.localeCompare(right.dueDate));
  return answer(200, {
    tasks: found.slice(skip, skip + limit).map((task) => presentTask(world, task)),
    traceId: call.traceId(),
  });
};

const matches = ({ world, body, params }: ApiCall, task: Task): boolean => {
  const { contactId, assignedTo, completed, businessId } = body;
  const words = textOf(body["query"]).trim().toLowerCase();
  return (
    task.locationId === params["id"] &&
    (contactId === undefined || textsOf(contactId).includes(task.contactId)) &&
    (assignedTo === undefined || textsOf(assignedTo).includes(task.assignedTo ?? "")) &&
    (completed === undefined || task.completed === completed) &&
    (businessId === undefined || world.contacts.get(task.contactId)?.businessId === businessId) &&
    `${task.title} ${task.body}`.toLowerCase().includes(words)
  );
};

const presentTask = (world: World, task: Task) => {
  const contact = world.contacts.get(task.contactId);
  const assignee = world.users.find(({ id }) => id === task.assignedTo);
  return {
    _id: task.id,
    id: task.id,
    title: task.title,
    body: task.body,
    assignedTo: task.assignedTo,
    dueDate: task.dueDate,
    completed: task.completed,
    contactId: task.contactId,
    locationId: task.locationId,
    dateAdded: task.dateAdded,
    ...(contact === undefined
      ? {}
      : {
          contactDetails: {
            firstName: contact.firstName,
            lastName: contact.lastName,
            name: toFullName(contact),
          },
        }),
    ...(assignee === undefined
      ? {}
      : {
          assignedToUserDetails: {
            id: assignee.id,
            firstName: assignee.firstName,
            lastName: assignee.lastName,
          },
        }),
  };
};
