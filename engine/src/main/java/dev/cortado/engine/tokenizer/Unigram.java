package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's unigram model: the text is normalised, then divided so that the sum of the tokens' scores (log
 * probabilities) is greatest, found with Viterbi's algorithm. Kudo 2018, arXiv:1804.10959.
 */
final class Unigram implements Segmenter {
    private static final byte[] SPACE_SYMBOL = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};
    /** How much worse than the worst token an unknown character is. */
    private static final float UNKNOWN_PENALTY = 10;

    private final PrefixTree tokens = new PrefixTree();
    private final PrefixTree userDefined = new PrefixTree();
    private final @Nullable CharacterMap characterMap;
    private final ByteStrings texts;
    private final float[] scores;
    private final int longest;
    private final int unknown;
    private final float unknownScore;
    private final boolean addsSpacePrefix;
    private final boolean mergesSpaces;

    Unigram(Metadata metadata, GgufVocabulary vocabulary, boolean addsSpacePrefix) {
        this.addsSpacePrefix = addsSpacePrefix;
        mergesSpaces = metadata.bool("tokenizer.ggml.remove_extra_whitespaces", false);
        characterMap = CharacterMap.read(metadata);
        texts = vocabulary.table();
        unknown = vocabulary.unknown().orElseThrow(() -> metadata.fault(
                Role.UNKNOWN.keys().getFirst(), "names no token, but a unigram model needs one for unknown text"));
        scores = new float[vocabulary.size()];
        float worst = Float.MAX_VALUE;
        int longest = 0;
        try {
            for (int id = 0; id < scores.length; id++) {
                TokenType type = vocabulary.fileType(id);
                if (type == TokenType.NORMAL) {
                    worst = Math.min(worst, vocabulary.score(id));
                }
                if (type == TokenType.NORMAL || type == TokenType.USER_DEFINED || type == TokenType.UNUSED) {
                    // user-defined tokens score 0, better than any probability
                    scores[id] = type == TokenType.USER_DEFINED ? 0 : vocabulary.score(id);
                    tokens.put(texts.get(id), id);
                    longest = Math.max(longest, texts.length(id));
                }
                if (type == TokenType.USER_DEFINED) {
                    userDefined.put(texts.get(id), id);
                }
            }
        } catch (IllegalArgumentException e) {
            throw metadata.fault(GgufVocabulary.TOKENS, e.getMessage() + ", fewer expected");
        }
        this.longest = longest;
        unknownScore = worst - UNKNOWN_PENALTY;
    }

    @Override
    public void encode(byte[] text, int from, int to, boolean starts, IntList ids) {
        ByteList normalized = normalize(text, from, to);
        if (normalized.size() > 0) {
            divide(normalized.array(), normalized.size(), ids);
        }
    }

    private ByteList normalize(byte[] text, int from, int to) {
        ByteList normalized = new ByteList(to - from + 16);
        ByteList part = new ByteList(64);
        boolean prefixed = false;
        boolean withinWord = false;
        for (int at = from; at < to; ) {
            part.clear();
            at += normalize(text, at, to, part);
            for (int i = 0; i < part.size(); i++) {
                byte octet = part.array()[i];
                if (octet == ' ') {
                    withinWord = false;
                    if (!mergesSpaces) {
                        normalized.add(SPACE_SYMBOL);
                    }
                    continue;
                }
                if (!withinWord) {
                    withinWord = true;
                    if (mergesSpaces || addsSpacePrefix && !prefixed) {
                        normalized.add(SPACE_SYMBOL);
                        prefixed = true;
                    }
                }
                normalized.add(octet);
            }
        }
        return normalized;
    }

    /** Normalises what stands at a place; returns how many bytes that were. */
    private int normalize(byte[] text, int from, int to, ByteList out) {
        int kept = beginningOfUserDefined(text, from, to);
        if (kept > 0) {
            out.add(text, from, from + kept);
            return kept;
        }
        int replaced = characterMap == null ? 0 : characterMap.replace(text, from, to, out);
        if (replaced > 0) {
            return replaced;
        }
        int length = Utf8.length(text[from]);
        if ((text[from] & 0xC0) == 0x80 || from + length > to) {
            out.add(REPLACEMENT); // the rest of a character whose first bytes have been taken
            return 1;
        }
        out.add(text, from, from + length);
        return length;
    }

    /** Bytes that a user-defined token begins with, even if it does not go on like the text: they stay as they are. */
    private int beginningOfUserDefined(byte[] text, int from, int to) {
        int node = PrefixTree.ROOT;
        int at = from;
        while (at < to) {
            node = userDefined.next(node, text[at]);
            if (node == PrefixTree.NONE) {
                break;
            }
            at++;
        }
        return at - from;
    }

    /** Viterbi; scores are needed only as far ahead as a token reaches, so they stand in a ring. */
    private void divide(byte[] text, int size, IntList ids) {
        int ring = Integer.highestOneBit(Math.max(longest, 4)) << 1;
        double[] best = new double[ring];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        best[0] = 0;
        int[] last = new int[size + 1]; // the best token that ends here, or minus the length of an unknown character
        for (int at = 0; at < size; ) {
            int length = Math.min(Utf8.length(text[at]), size - at);
            double score = best[at & ring - 1];
            boolean known = false;
            int node = PrefixTree.ROOT;
            for (int to = at; to < size; ) {
                node = tokens.next(node, text[to]);
                if (node == PrefixTree.NONE) {
                    break;
                }
                to++;
                int token = tokens.value(node);
                if (token != PrefixTree.NONE) {
                    known |= to - at == length;
                    if (score + scores[token] > best[to & ring - 1]) {
                        best[to & ring - 1] = score + scores[token];
                        last[to] = token;
                    }
                }
            }
            int next = at + length;
            if (!known && score + unknownScore > best[next & ring - 1]) {
                best[next & ring - 1] = score + unknownScore;
                last[next] = -length;
            }
            for (int passed = at; passed < next; passed++) {
                best[passed & ring - 1] = Double.NEGATIVE_INFINITY;
            }
            at = next;
        }
        collect(last, size, ids);
    }

    /** Follows the best tokens from the end; several unknown characters in a row are one unknown token. */
    private void collect(int[] last, int size, IntList ids) {
        int first = ids.size();
        boolean afterUnknown = false;
        for (int at = size; at > 0; ) {
            boolean isUnknown = last[at] < 0;
            if (!isUnknown) {
                ids.add(last[at]);
            } else if (!afterUnknown) {
                ids.add(unknown);
            }
            afterUnknown = isUnknown;
            at -= isUnknown ? -last[at] : texts.length(last[at]);
        }
        ids.reverse(first);
    }
}
