-- A photograph is shown once all its variants are there, and a product that is to be published once all its photographs are. What is shown by now stays.
ALTER TABLE "images"
  ADD COLUMN "blur" TEXT,
  ADD COLUMN "encoded_at" TIMESTAMPTZ(3);

ALTER TABLE "product_images" ADD COLUMN "shown_at" TIMESTAMPTZ(3);

UPDATE "product_images" SET "shown_at" = now();

ALTER TABLE "products" ADD COLUMN "publish_wanted_at" TIMESTAMPTZ(3);

UPDATE "products" SET "publish_wanted_at" = "published_at";

CREATE INDEX "product_images_by_image" ON "product_images" ("image_id");
