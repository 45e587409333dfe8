-- For which begin of a sale its pages were asked to be made ready: see server/catalog/ask-to-warm.ts.
ALTER TABLE "sales" ADD COLUMN "warmed_before" TIMESTAMPTZ(3);
ALTER TABLE "sales" ADD COLUMN "warmed_begun" TIMESTAMPTZ(3);
