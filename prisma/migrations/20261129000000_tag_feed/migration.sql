-- What changed in the catalogue, as one sequence: see server/cache/tell-tags.ts. Messages about tags are not sent any more.
CREATE TABLE "tag_feed" (
  "id" BOOLEAN NOT NULL DEFAULT true,
  "epoch" UUID NOT NULL DEFAULT gen_random_uuid(),
  "last" BIGINT NOT NULL DEFAULT 0,
  "sales_told_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),

  CONSTRAINT "tag_feed_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "tag_feed_is_one_row" CHECK ("id")
);

INSERT INTO "tag_feed" DEFAULT VALUES;

CREATE TABLE "tags" (
  "tag" TEXT NOT NULL,
  "sequence" BIGINT NOT NULL,

  CONSTRAINT "tags_pkey" PRIMARY KEY ("tag")
);

CREATE INDEX "tags_by_sequence" ON "tags" ("sequence");

DELETE FROM "outbox_messages" WHERE "topic" = 'tag.changed';
