package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;
import java.text.Normalizer;

/**
 * The tokenizer of BERT: words are normalised and taken apart at white space, punctuation and Chinese characters; each word
 * becomes the longest tokens it begins with, one after the other, or the unknown token if that does not work out. GGUF
 * vocabularies mark the beginning of a word with {@code ▁} rather than continuations with {@code ##}.
 */
final class WordPiece implements Segmenter {
    private static final byte[] WORD_BEGINS = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};
    /** Blocks of ideographs, first and last, as Hugging Face's tokenizers have them (2B920 instead of 2B820 included). */
    private static final int[] CHINESE = {
        0x4E00, 0x9FFF, 0x3400, 0x4DBF, 0x20000, 0x2A6DF, 0x2A700, 0x2B73F, 0x2B740, 0x2B81F, 0x2B920, 0x2CEAF, 0xF900,
        0xFAFF, 0x2F800, 0x2FA1F,
    };

    private final PrefixTree tokens = new PrefixTree();
    private final int unknown;
    private final boolean lowerCase;
    private final boolean stripAccents;

    WordPiece(Metadata metadata, GgufVocabulary vocabulary) {
        try {
            for (int id = 0; id < vocabulary.size(); id++) {
                tokens.put(vocabulary.table().get(id), id);
            }
        } catch (IllegalArgumentException e) {
            throw metadata.fault(GgufVocabulary.TOKENS, e.getMessage() + ", fewer expected");
        }
        unknown = vocabulary.unknown().orElseThrow(() -> metadata.fault(
                Role.UNKNOWN.keys().getFirst(), "names no token, but WordPiece needs one for unknown words"));
        lowerCase = metadata.bool("tokenizer.ggml.normalizer.lowercase", true);
        stripAccents = metadata.bool("tokenizer.ggml.normalizer.strip_accents", lowerCase);
    }

    @Override
    public void encode(byte[] text, int from, int to, boolean starts, IntList ids) {
        ByteList word = new ByteList(64);
        beginWord(word);
        for (int original : Utf8.codePoints(text, from, to)) {
            int c = stripAccents ? withoutAccents(original) : original;
            int kind = CharacterKind.of(c);
            if (kind == CharacterKind.WHITE_SPACE) {
                endWord(word, ids);
            } else if (c == 0 || c == 0xFFFD || kind == CharacterKind.CONTROL) {
                continue;
            } else if (stripAccents && kind == CharacterKind.MARK) {
                continue;
            } else {
                boolean alone = standsAlone(c, kind);
                if (alone) {
                    endWord(word, ids);
                }
                word.addCodePoint(lowerCase ? CharacterKind.lowerCase(c) : c);
                if (alone) {
                    endWord(word, ids);
                }
            }
        }
        endWord(word, ids);
    }

    /** The first character of the canonical decomposition: the letter without its accents. */
    private static int withoutAccents(int c) {
        if (c < 0xC0 || CharacterKind.of(c) == CharacterKind.UNASSIGNED) {
            return c;
        }
        String character = Character.toString(c);
        return Normalizer.isNormalized(character, Normalizer.Form.NFD)
                ? c
                : Normalizer.normalize(character, Normalizer.Form.NFD).codePointAt(0);
    }

    private static boolean standsAlone(int c, int kind) {
        if (kind == CharacterKind.PUNCTUATION || kind == CharacterKind.SYMBOL && c < 0x7F) {
            return true;
        }
        for (int i = 0; i < CHINESE.length; i += 2) {
            if (CHINESE[i] <= c && c <= CHINESE[i + 1]) {
                return true;
            }
        }
        return false;
    }

    private static void beginWord(ByteList word) {
        word.clear();
        word.add(WORD_BEGINS);
    }

    private void endWord(ByteList word, IntList ids) {
        if (word.size() > WORD_BEGINS.length) {
            int before = ids.size();
            if (!addPieces(word.array(), word.size(), ids)) {
                ids.truncate(before);
                ids.add(unknown);
            }
            beginWord(word);
        }
    }

    private boolean addPieces(byte[] word, int size, IntList ids) {
        for (int at = 0; at < size; ) {
            int token = -1;
            int end = at;
            int node = PrefixTree.ROOT;
            for (int i = at; i < size; i++) {
                node = tokens.next(node, word[i]);
                if (node == PrefixTree.NONE) {
                    break;
                }
                if (tokens.value(node) != PrefixTree.NONE) {
                    token = tokens.value(node);
                    end = i + 1;
                }
            }
            if (token < 0) {
                return false;
            }
            ids.add(token);
            at = end;
        }
        return true;
    }
}
