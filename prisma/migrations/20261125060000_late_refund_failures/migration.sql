-- One that succeeded may fail after all. Where the gateway says so, it is looked at until somebody knows.
ALTER TABLE "refunds"
  DROP CONSTRAINT "refunds_open_are_checked",
  ADD CONSTRAINT "refunds_open_are_checked" CHECK ("state" <> 'PENDING' OR "next_check_at" IS NOT NULL);
