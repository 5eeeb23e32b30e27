// What ggml makes of the rows of QuantizerTest: a CRC-32 of the blocks of every type, without and with importance.
//   gcc -O3 -c -Iinclude -Isrc src/ggml.c src/ggml-quants.c src/ggml-threading.cpp quantize.c   (in ggml's folder)
// without -march=native: a fused multiply-add rounds differently. Then link and run: quantize ROWS COLUMNS rows importance
#include "ggml.h"
#include <stdio.h>
#include <stdlib.h>

static float * floats(const char * name, size_t n) {
    float * x = malloc(n * sizeof(float));
    FILE * file = fopen(name, "rb");
    if (!file || fread(x, sizeof(float), n, file) != n) exit(1);
    fclose(file);
    return x;
}

static unsigned crc32(const unsigned char * bytes, size_t n) {
    unsigned crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

int main(int argc, char ** argv) {
    if (argc != 5) return 1;
    const int rows = atoi(argv[1]), columns = atoi(argv[2]);
    const float * x = floats(argv[3], (size_t) rows * columns);
    const float * importance = floats(argv[4], columns);
    float * ones = malloc(columns * sizeof(float));
    for (int i = 0; i < columns; i++) ones[i] = 1;
    // F32 F16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K..Q6_K IQ2_XXS..IQ4_XS IQ1_M BF16 TQ1_0 TQ2_0 MXFP4 NVFP4 Q1_0 Q2_0
    const int types[] = {0, 1, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 29, 30, 34, 35, 39, 40, 41, 42};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        const enum ggml_type type = types[t];
        const size_t size = ggml_row_size(type, columns) * rows;
        unsigned char * blocks = malloc(size);
        ggml_quantize_chunk(type, x, blocks, 0, rows, columns, ggml_quantize_requires_imatrix(type) ? ones : NULL);
        printf("%s 0x%08x", ggml_type_name(type), crc32(blocks, size));
        ggml_quantize_chunk(type, x, blocks, 0, rows, columns, importance);
        printf(" 0x%08x\n", crc32(blocks, size));
    }
}
