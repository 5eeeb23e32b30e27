package dev.cortado.engine.tokenizer;

/** How the vocabulary writes text: what a normal token stands for. */
enum Spelling {
    /** UTF-8 with {@code ▁} for a space. */
    SPACE_SYMBOL {
        @Override
        void decode(byte[] text, ByteList out) {
            for (int i = 0; i < text.length; i++) {
                if (text[i] == (byte) 0xE2 && i + 2 < text.length && text[i + 1] == (byte) 0x96 && text[i + 2] == (byte) 0x81) {
                    out.add(' ');
                    i += 2;
                } else {
                    out.add(text[i]);
                }
            }
        }
    },
    /** A letter for each byte. */
    BYTE_ALPHABET {
        @Override
        void decode(byte[] text, ByteList out) {
            ByteAlphabet.decode(text, out);
        }
    };

    /** Appends the bytes that a token's text stands for. */
    abstract void decode(byte[] text, ByteList out);
}
