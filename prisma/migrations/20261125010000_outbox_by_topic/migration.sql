-- CreateIndex
CREATE INDEX "outbox_messages_topic_id_idx" ON "outbox_messages"("topic", "id");
