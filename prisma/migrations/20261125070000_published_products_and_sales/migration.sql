-- A product is shown once it is published, and no more once it is withdrawn. What was there before is published.
ALTER TABLE "products"
  ADD COLUMN "added_at" TIMESTAMPTZ(3),
  ADD COLUMN "published_at" TIMESTAMPTZ(3),
  ADD COLUMN "withdrawn_at" TIMESTAMPTZ(3);

UPDATE "products" SET "added_at" = now(), "published_at" = now();

ALTER TABLE "products" ALTER COLUMN "added_at" SET NOT NULL;

CREATE TABLE "sales" (
  "slug" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "text" TEXT NOT NULL,
  "starts_at" TIMESTAMPTZ(3) NOT NULL,
  "ends_at" TIMESTAMPTZ(3) NOT NULL,
  "image_id" TEXT,
  "position" INTEGER NOT NULL,

  CONSTRAINT "sales_pkey" PRIMARY KEY ("slug"),
  CONSTRAINT "sales_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT "sales_end_after_they_start" CHECK ("ends_at" > "starts_at")
);

CREATE TABLE "sale_products" (
  "sale_slug" TEXT NOT NULL,
  "product_code" TEXT NOT NULL,
  "position" INTEGER NOT NULL,

  CONSTRAINT "sale_products_pkey" PRIMARY KEY ("sale_slug", "product_code"),
  CONSTRAINT "sale_products_sale_slug_fkey" FOREIGN KEY ("sale_slug") REFERENCES "sales" ("slug") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "sale_products_product_code_fkey" FOREIGN KEY ("product_code") REFERENCES "products" ("code") ON DELETE CASCADE ON UPDATE CASCADE
);
