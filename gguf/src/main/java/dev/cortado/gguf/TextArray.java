package dev.cortado.gguf;

/** An array of strings in a file, such as a vocabulary: too long to keep as objects, so it is gone through. */
public interface TextArray {
    /** What is done with a text. */
    interface Action {
        /** Takes UTF-8, which is only there during the call. */
        void accept(byte[] bytes, int from, int to);
    }

    /** Number of texts. */
    int size();

    /** Reads all texts in order; what is no UTF-8 in the file has U+FFFD in its place. */
    void forEach(Action action);
}
