-- What PostgREST sends for the questions of bench/support/rows-data.ts, in the form that its documentation shows and
-- its source makes (src/library/PostgREST/Query): one source with lateral joins, aggregated once more around it. Values
-- are parameters without a type, the limits too. Read by bench/scenarios/rows-sql.ts.

-- q1: GET /tasks?select=id,title,done&id=eq.1
WITH pgrst_source AS (
  SELECT "public"."tasks"."id", "public"."tasks"."title", "public"."tasks"."done"
  FROM "public"."tasks"
  WHERE "public"."tasks"."id" = $1
)
SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total,
  coalesce(json_agg(_postgrest_t), '[]') AS body,
  nullif(current_setting('response.headers', true), '') AS response_headers,
  nullif(current_setting('response.status', true), '') AS response_status, '' AS response_inserted
FROM ( SELECT * FROM pgrst_source ) _postgrest_t;

-- q2: GET /tasks?select=id,title,done,price,createdAt:created_at&order=id.asc&limit=20
WITH pgrst_source AS (
  SELECT "public"."tasks"."id", "public"."tasks"."title", "public"."tasks"."done", "public"."tasks"."price",
    "public"."tasks"."created_at" AS "createdAt"
  FROM "public"."tasks"
  ORDER BY "public"."tasks"."id" ASC
  LIMIT $1 OFFSET $2
)
SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total,
  coalesce(json_agg(_postgrest_t), '[]') AS body,
  nullif(current_setting('response.headers', true), '') AS response_headers,
  nullif(current_setting('response.status', true), '') AS response_status, '' AS response_inserted
FROM ( SELECT * FROM pgrst_source ) _postgrest_t;

-- q3: GET /projects?select=id,name,tasks(id,title,comments(id,body))&order=id.asc&limit=10
--   &tasks.order=id.asc&tasks.limit=5&tasks.comments.order=id.asc&tasks.comments.limit=2
WITH pgrst_source AS (
  SELECT "public"."projects"."id", "public"."projects"."name",
    COALESCE( "projects_tasks_1"."projects_tasks_1", '[]') AS "tasks"
  FROM "public"."projects"
  LEFT JOIN LATERAL (
    SELECT json_agg("projects_tasks_1")::jsonb AS "projects_tasks_1"
    FROM (
      SELECT "public"."tasks"."id", "public"."tasks"."title",
        COALESCE( "tasks_comments_2"."tasks_comments_2", '[]') AS "comments"
      FROM "public"."tasks"
      LEFT JOIN LATERAL (
        SELECT json_agg("tasks_comments_2")::jsonb AS "tasks_comments_2"
        FROM (
          SELECT "public"."comments"."id", "public"."comments"."body"
          FROM "public"."comments"
          WHERE "public"."comments"."task_id" = "public"."tasks"."id"
          ORDER BY "public"."comments"."id" ASC
          LIMIT $1 OFFSET $2
        ) AS "tasks_comments_2"
      ) AS "tasks_comments_2" ON TRUE
      WHERE "public"."tasks"."project_id" = "public"."projects"."id"
      ORDER BY "public"."tasks"."id" ASC
      LIMIT $3 OFFSET $4
    ) AS "projects_tasks_1"
  ) AS "projects_tasks_1" ON TRUE
  ORDER BY "public"."projects"."id" ASC
  LIMIT $5 OFFSET $6
)
SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total,
  coalesce(json_agg(_postgrest_t), '[]') AS body,
  nullif(current_setting('response.headers', true), '') AS response_headers,
  nullif(current_setting('response.status', true), '') AS response_status, '' AS response_inserted
FROM ( SELECT * FROM pgrst_source ) _postgrest_t;
