"""Every SQL statement of the app. `$name` is a parameter, bound by DuckDB.

The LOAD statements read what was registered as `parquet` and say, by their casts, which
columns the two files must have. All others ask the tables that these make.
"""

LOAD_RECIPES = """
CREATE TABLE recipes AS
SELECT recipe_id::INTEGER AS recipe_id,
  name::VARCHAR AS name, course::VARCHAR AS course,
  contributor_id::INTEGER AS contributor_id, submitted::DATE AS submitted,
  minutes::INTEGER AS minutes, steps::SMALLINT AS steps,
  ingredients::SMALLINT AS ingredients
FROM parquet
"""

LOAD_RATINGS = """
CREATE TABLE ratings AS
SELECT user_id::INTEGER AS user_id, recipe_id::INTEGER AS recipe_id,
  rated::DATE AS rated, rating::TINYINT AS rating
FROM parquet
"""

COURSES = """
SELECT DISTINCT course FROM recipes WHERE course IS NOT NULL ORDER BY course
"""

YEARS = "SELECT year(min(submitted)), year(max(submitted)) FROM recipes"

# What the visitor's filters leave; a rating counts in the year in which it was given.
_CHOSEN = """
WITH chosen AS (
  SELECT * FROM recipes
  WHERE year(submitted) BETWEEN $first_year AND $last_year
    AND list_contains($courses, course)
), given AS (
  SELECT ratings.*, name, course FROM ratings JOIN recipes USING (recipe_id)
  WHERE year(rated) BETWEEN $first_year AND $last_year
    AND list_contains($courses, course)
)
"""

TOTALS = f"""{_CHOSEN}
SELECT (SELECT count(*) FROM chosen),
  (SELECT count(DISTINCT contributor_id) FROM chosen),
  (SELECT count(*) FROM given)
"""

RECIPES_PER_MONTH = f"""{_CHOSEN}
SELECT month(submitted) AS month, count(*) FROM chosen GROUP BY month
"""

COURSES_PER_MONTH = f"""{_CHOSEN}
SELECT course, month(submitted) AS month, count(*) FROM chosen GROUP BY course, month
"""

RECIPES_PER_WEEKDAY = f"""{_CHOSEN}
SELECT isodow(submitted) AS weekday, count(*) FROM chosen GROUP BY weekday
"""

RATINGS_PER_WEEKDAY = f"""{_CHOSEN}
SELECT isodow(rated) AS weekday, count(*) FROM given GROUP BY weekday
"""

COURSES_AT_WEEKENDS = f"""{_CHOSEN}
SELECT course, count(*), count(*) FILTER (isodow(submitted) > 5)
FROM chosen GROUP BY course ORDER BY course
"""

RATINGS_PER_MARK = f"""{_CHOSEN}
SELECT rating, count(*) FROM given WHERE rating BETWEEN 0 AND 5 GROUP BY rating
"""

STARS_PER_COURSE = f"""{_CHOSEN}
SELECT course, count(*), avg(rating), coalesce(stddev_samp(rating), 0)
FROM given WHERE rating BETWEEN 1 AND 5 GROUP BY course ORDER BY course
"""

RECIPES_PER_RATINGS = f"""{_CHOSEN}
, counted AS (
  SELECT recipe_id, count(ratings.rating) AS ratings
  FROM chosen LEFT JOIN ratings USING (recipe_id) GROUP BY recipe_id
)
SELECT ratings, count(*) FROM counted GROUP BY ratings
"""

MOST_RATED = f"""{_CHOSEN}
SELECT name, course, count(*) AS ratings, avg(rating) FILTER (rating BETWEEN 1 AND 5)
FROM given GROUP BY recipe_id, name, course ORDER BY ratings DESC, recipe_id LIMIT 10
"""

PUBLISHED_PER_YEAR = f"""{_CHOSEN}
SELECT year(submitted) AS year, count(*), count(DISTINCT contributor_id),
  coalesce(median(minutes), 0), coalesce(avg(steps), 0), coalesce(avg(ingredients), 0)
FROM chosen GROUP BY year ORDER BY year
"""

RATED_PER_YEAR = f"""{_CHOSEN}
SELECT year(rated) AS year, count(*), count(*) FILTER (rating = 0),
  avg(rating) FILTER (rating BETWEEN 1 AND 5)
FROM given GROUP BY year ORDER BY year
"""

QUALITY = """
SELECT 'Recipes without a course' AS what, count(*) FILTER (course IS NULL) FROM recipes
UNION ALL SELECT 'Recipes without a date',
  count(*) FILTER (submitted IS NULL) FROM recipes
UNION ALL SELECT 'Recipes that are there more than once',
  count(*) - count(DISTINCT recipe_id) FROM recipes
UNION ALL SELECT 'Recipes that take no time, or more than a day',
  count(*) FILTER (minutes NOT BETWEEN 1 AND 1440) FROM recipes
UNION ALL SELECT 'Ratings without a recipe', count(*)
  FROM ratings ANTI JOIN recipes USING (recipe_id)
UNION ALL SELECT 'Ratings that are not 0 to 5',
  count(*) FILTER (rating NOT BETWEEN 0 AND 5) FROM ratings
UNION ALL SELECT 'Ratings older than their recipe', count(*)
  FROM ratings JOIN recipes USING (recipe_id) WHERE rated < submitted
"""

SIZES = "SELECT (SELECT count(*) FROM recipes), (SELECT count(*) FROM ratings)"

NEWEST = f"""{_CHOSEN}
SELECT name, course, submitted, minutes, steps, ingredients
FROM chosen ORDER BY submitted DESC, recipe_id LIMIT 200
"""
