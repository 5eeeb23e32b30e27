package dev.cortado.convert;

/** A SentencePiece model of a few tokens: unknown, begin, end, one byte, then {@code ▁} and letters. */
final class SentencePieceFile {
    private static final int NORMAL = 1;
    private static final int BPE = 2;

    private SentencePieceFile() {}

    static byte[] of(int size, boolean dummyPrefix) {
        ProtocolBufferWriter model = new ProtocolBufferWriter();
        piece(model, "<unk>", 0, 2);
        piece(model, "<s>", 0, 3);
        piece(model, "</s>", 0, 3);
        piece(model, "<0x0A>", 0, 6);
        piece(model, "\u2581", -1.5f, NORMAL);
        for (int id = 5; id < size; id++) {
            piece(model, "p" + id, -id, NORMAL);
        }
        return model.bytes(
                        2,
                        new ProtocolBufferWriter().varint(3, BPE).varint(43, -1).toBytes())
                .bytes(
                        3,
                        new ProtocolBufferWriter()
                                .text(1, "identity")
                                .varint(3, dummyPrefix ? 1 : 0)
                                .toBytes())
                .toBytes();
    }

    private static void piece(ProtocolBufferWriter model, String text, float score, int kind) {
        model.bytes(
                1,
                new ProtocolBufferWriter()
                        .text(1, text)
                        .float32(2, score)
                        .varint(3, kind)
                        .toBytes());
    }
}
