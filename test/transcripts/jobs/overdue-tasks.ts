import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";
import type { World } from "../world.ts";

interface Task {
  readonly id: string;
  readonly title: string;
  readonly dueDate: string;
  readonly completed: boolean;
}

const overdue = async (world: World): Promise<readonly Task[]> => {
  const { tasks } = await world.send("POST", `/locations/${world.here}/tasks/search`, {
    completed: false,
    limit: 100,
  });
  return (tasks as Task[]).filter(({ dueDate }) => Date.parse(dueDate) < world.nowMs());
};

/** Overdue tasks by owner; complete one. */
export const overdueTasks: Job = {
  ask: "Which tasks are overdue, by owner? The oldest is done, tick it off.",
  grant: "one location",
  confirmation: "by code",
  run: async (session, world) => {
    const before = await overdue(world);
    world.forgetRequests();
    const ways = await session.call("search_operations", {
      query: "search overdue tasks, mark a task as done",
      limit: 4,
    });
    found(ways.text, "locations.task-search", "contacts.update-task-completed");
    const tasks = await session.call("read_operation", {
      operation: "locations.task-search",
      body: { completed: false },
      fields: ["title", "dueDate", "contactId", "assignedToUserDetails.firstName"],
      pages: 5,
    });
    const late = rows(tasks.data, "tasks").filter(
      ({ dueDate }) => Date.parse(String(dueDate)) < world.nowMs(),
    );
    const oldest = first(late);
    await session.call("write_operation", {
      operation: "contacts.update-task-completed",
      parameters: { contactId: oldest["contactId"], taskId: oldest["id"] },
      body: { completed: true },
    });

    expect(late.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const owners = late.map((task) => task["assignedToUserDetails.firstName"]);
    expect(owners.every((owner) => typeof owner === "string")).toBe(true);
    expect(world.writes()).toMatchObject([{ method: "PUT", status: 200 }]);
    const after = await overdue(world);
    expect(after.map(({ id }) => id)).toEqual(before.slice(1).map(({ id }) => id));
  },
};
